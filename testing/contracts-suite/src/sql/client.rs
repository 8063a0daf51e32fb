//! The operations as an actor would use them.

use capwire_contracts::codec;
use capwire_contracts::sql::{
    self as contract, ErrorClass, Outcome, Request, Statement, TransactionRequest,
    TransactionResponse, Value,
};
use capwire_provider::{BindingId, Call, CallLimits, Provider, ProviderError};
use serde::Serialize;
use serde::de::DeserializeOwned;

type Result<T> = std::result::Result<T, ProviderError>;

/// One bound actor. Every method is the operation of its name; all fail as the provider does.
#[derive(Clone)]
pub struct Client<'p> {
    provider: &'p dyn Provider,
    id: BindingId,
    limits: Option<&'p dyn CallLimits>,
}

#[expect(missing_docs, clippy::missing_errors_doc, reason = "said at the type")]
impl<'p> Client<'p> {
    pub fn new(provider: &'p dyn Provider, id: BindingId) -> Self {
        let limits = None;
        Self {
            provider,
            id,
            limits,
        }
    }

    /// The same actor, whose calls have these limits.
    pub fn limited<'l>(&self, limits: &'l dyn CallLimits) -> Client<'l>
    where
        'p: 'l,
    {
        Client {
            provider: self.provider,
            id: self.id.clone(),
            limits: Some(limits),
        }
    }

    /// Sends bytes as they are.
    pub async fn raw(&self, operation: &str, payload: &[u8]) -> Result<bytes::Bytes> {
        let mut call = Call::new(&self.id, operation, payload);
        if let Some(limits) = self.limits {
            call = call.limited(limits);
        }
        self.provider.call(call).await
    }

    pub fn query<'c>(
        &'c self,
        sql: &str,
        parameters: &[Value],
    ) -> impl Future<Output = Result<Outcome>> + use<'c, 'p> {
        let request = request(sql, parameters);
        async move { self.ask(contract::OP_QUERY, &request).await }
    }

    pub fn execute<'c>(
        &'c self,
        sql: &str,
        parameters: &[Value],
    ) -> impl Future<Output = Result<Outcome>> + use<'c, 'p> {
        let request = request(sql, parameters);
        async move { self.ask(contract::OP_EXECUTE, &request).await }
    }

    pub async fn transaction(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>> {
        let request = TransactionRequest { statements };
        let response: TransactionResponse = self.ask(contract::OP_TRANSACTION, &request).await?;
        Ok(response.outcomes)
    }

    /// The only value of a query's answer.
    pub async fn value(&self, sql: &str, parameters: &[Value]) -> Result<Value> {
        let outcome = self.query(sql, parameters).await?;
        assert_eq!(outcome.rows.len(), 1, "{sql}: {outcome:?}");
        let row = outcome.rows.into_iter().next().unwrap_or_default();
        Ok(row.values.into_iter().next().unwrap_or_default())
    }

    /// The number that a query's answer has.
    pub async fn number(&self, sql: &str) -> i64 {
        let value = self.value(sql, &[]).await.unwrap();
        value.integer().unwrap()
    }

    async fn ask<T: Serialize, R: DeserializeOwned>(
        &self,
        operation: &str,
        message: &T,
    ) -> Result<R> {
        let answer = self
            .raw(operation, &codec::encode(message).unwrap())
            .await?;
        Ok(codec::decode(&answer).unwrap())
    }
}

fn request(sql: &str, parameters: &[Value]) -> Request {
    Request {
        sql: sql.to_owned(),
        parameters: parameters.to_vec(),
    }
}

/// The statements of a transaction, without parameters.
#[must_use]
pub fn transaction<'s>(statements: impl IntoIterator<Item = &'s str>) -> Vec<Statement> {
    let statements = statements.into_iter();
    let statements = statements.map(|sql| Statement {
        sql: sql.to_owned(),
        ..Statement::default()
    });
    statements.collect()
}

/// The class of the error with which an operation failed.
///
/// # Panics
/// Panics if it did not fail, or with another error.
#[track_caller]
pub fn class<T: std::fmt::Debug>(result: Result<T>) -> ErrorClass {
    let text = result.unwrap_err().to_string();
    ErrorClass::of(&text).unwrap_or_else(|| panic!("{text}"))
}
