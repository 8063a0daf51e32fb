//! Statements that take effect together.

use super::Value;
use crate::target::{CallError, Target};
use capwire_contracts::sql::{
    self as contract, Outcome, Statement, TransactionRequest, TransactionResponse,
};

/// Statements that take effect together, or not at all. They are sent in one message, so no call of
/// the actor can leave a transaction open.
///
/// ```
/// use capwire_actor::{Result, sql, values};
///
/// /// Moves money, provided that the account has enough of it.
/// fn transfer(from: &str, to: &str, cents: i64) -> Result<()> {
///     let take = "UPDATE accounts SET cents = cents - $2 WHERE name = $1 AND cents >= $2";
///     let give = "UPDATE accounts SET cents = cents + $2 WHERE name = $1";
///     sql::default()
///         .transaction()
///         .execute_changing(1, take, &values![from, cents])
///         .execute_changing(1, give, &values![to, cents])
///         .commit()?;
///     Ok(())
/// }
/// # use capwire_actor::testing::FakeHost;
/// # use capwire_actor::contracts::sql::TransactionResponse;
/// # let answer = TransactionResponse::default();
/// # let host = FakeHost::new().respond("capwire:sql", "Transaction", &answer);
/// # host.run(|| transfer("a", "b", 1)).unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a transaction has no effect before `commit`"]
pub struct Transaction {
    target: Target,
    request: TransactionRequest,
}

impl Transaction {
    pub(super) fn new(target: Target) -> Self {
        Self {
            target,
            request: TransactionRequest::default(),
        }
    }

    /// Adds a statement.
    pub fn execute(self, sql: &str, parameters: &[Value]) -> Self {
        self.execute_changing(0, sql, parameters)
    }

    /// Adds a statement that must insert, update or delete exactly `changes` rows, or else the
    /// transaction has no effect. If `changes` is 0, the number does not matter.
    pub fn execute_changing(mut self, changes: u64, sql: &str, parameters: &[Value]) -> Self {
        self.request.statements.push(Statement {
            sql: sql.to_owned(),
            parameters: parameters.to_vec(),
            required_changes: changes,
        });
        self
    }

    /// Runs the statements, and returns the result of each.
    ///
    /// # Errors
    /// Returns the error of the first statement that failed. The transaction then had no effect.
    pub fn commit(self) -> Result<Vec<Outcome>, CallError> {
        let answer: TransactionResponse =
            self.target.call(contract::OP_TRANSACTION, &self.request)?;
        Ok(answer.outcomes)
    }
}
