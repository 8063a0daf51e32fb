//! The messages of the three operations.

use capwire_contracts::sql::{
    ErrorClass, OP_EXECUTE, OP_QUERY, OP_TRANSACTION, Outcome, Request, Statement,
    TransactionRequest, TransactionResponse,
};
use capwire_provider::{Call, ProviderError};

/// The largest message in bytes.
const MAX_MESSAGE: usize = 16 << 20;

/// The most statements of a transaction.
pub const MOST_STATEMENTS: usize = 1_000;

/// The bytes that a row and a value of an answer count more than their content.
pub const OVERHEAD: usize = 16;

/// An operation with its message.
pub enum Job {
    /// A statement that only reads.
    Query(Request),
    /// A statement that may write.
    Execute(Request),
    /// Statements that take effect together, or not at all.
    Transaction(TransactionRequest),
}

/// The answer to an operation.
pub enum Answer {
    /// The result of one statement.
    Outcome(Outcome),
    /// The results of a transaction.
    Transaction(TransactionResponse),
}

impl Job {
    /// Reads the message of a call.
    ///
    /// # Errors
    /// Returns an error if the message is malformed, has more than 16 MiB, or is for another operation.
    ///
    /// ```
    /// # use capwire_provider::{BindingId, Call};
    /// # let id = BindingId { actor: String::new(), name: String::new() };
    /// assert!(capwire_sql_common::message::Job::of(&Call::new(&id, "Prepare", b"")).is_err());
    /// ```
    pub fn of(call: &Call<'_>) -> Result<Self, ProviderError> {
        if call.payload.len() > MAX_MESSAGE {
            let class = ErrorClass::Limit;
            return Err(ProviderError::Refused(format!(
                "{class}: the message is larger than the limit of {MAX_MESSAGE} bytes"
            )));
        }
        match call.operation {
            OP_QUERY => Ok(Self::Query(call.message()?)),
            OP_EXECUTE => Ok(Self::Execute(call.message()?)),
            OP_TRANSACTION => Ok(Self::Transaction(call.message()?)),
            _ => Err(call.unknown_operation()),
        }
    }
}

impl Answer {
    /// Encodes the answer to a call.
    ///
    /// # Errors
    /// Returns an error if the message cannot be encoded.
    ///
    /// ```
    /// # use capwire_provider::{BindingId, Call};
    /// # use capwire_sql_common::message::Answer;
    /// # let id = BindingId { actor: String::new(), name: String::new() };
    /// let answer = Answer::Outcome(capwire_contracts::sql::Outcome::default());
    /// assert!(answer.reply(&Call::new(&id, "Query", b"")).is_ok());
    /// ```
    pub fn reply(&self, call: &Call<'_>) -> Result<bytes::Bytes, ProviderError> {
        match self {
            Self::Outcome(outcome) => call.reply(outcome),
            Self::Transaction(response) => call.reply(response),
        }
    }
}

/// Returns the statement of a message with only one.
///
/// ```
/// let statement = capwire_sql_common::message::single(capwire_contracts::sql::Request::default());
/// assert_eq!(statement.required_changes, 0);
/// ```
#[must_use]
pub fn single(request: Request) -> Statement {
    Statement {
        sql: request.sql,
        parameters: request.parameters,
        required_changes: 0,
    }
}
