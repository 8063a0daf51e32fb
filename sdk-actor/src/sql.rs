//! `capwire:sql`: statements on a database.

mod transaction;

use crate::target::{CallError, Target, capability};
use capwire_contracts::sql::{self as contract, Outcome, Request};

pub use capwire_contracts::sql::{ErrorClass, Value};
pub use transaction::Transaction;

/// Returns the database of the binding `default`.
///
/// ```
/// use capwire_actor::contracts::sql::{Outcome, Row};
/// use capwire_actor::{Result, sql, testing::FakeHost, values};
///
/// fn sign(name: &str) -> Result<Option<i64>> {
///     let database = sql::default();
///     database.execute("INSERT INTO guests (name) VALUES ($1)", &values![name])?;
///     let count = database.query("SELECT count(*) FROM guests", &[])?;
///     Ok(count.value(0, "count(*)").and_then(sql::Value::integer))
/// }
///
/// let count = Outcome {
///     columns: vec!["count(*)".to_owned()],
///     rows: vec![Row { values: vec![1_i64.into()] }],
///     changes: 0,
/// };
/// let host = FakeHost::new()
///     .respond("capwire:sql", "Execute", &Outcome::default())
///     .respond("capwire:sql", "Query", &count);
/// assert_eq!(host.run(|| sign("Ada")).unwrap(), Some(1));
/// ```
#[must_use]
pub fn default() -> Sql {
    Sql(capability(contract::CONTRACT))
}

/// Returns the database of the binding `name`.
#[must_use]
pub fn named(name: &str) -> Sql {
    Sql(capability(contract::CONTRACT).named(name))
}

/// A client for a database.
///
/// Each method returns a [`CallError`] if the actor may not use the database or the statement
/// fails. [`class`] returns the class of such an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sql(Target);

/// The type describes the errors of all methods.
#[expect(clippy::missing_errors_doc, reason = "the type documents the errors")]
impl Sql {
    /// Runs a statement that only reads. It names its parameters `$1`, `$2` and so on.
    pub fn query(&self, sql: &str, parameters: &[Value]) -> Result<Outcome, CallError> {
        self.0.call(contract::OP_QUERY, &request(sql, parameters))
    }

    /// Runs a statement that may write. It takes effect completely, or not at all.
    pub fn execute(&self, sql: &str, parameters: &[Value]) -> Result<Outcome, CallError> {
        self.0.call(contract::OP_EXECUTE, &request(sql, parameters))
    }

    /// Begins a list of statements that take effect together.
    pub fn transaction(&self) -> Transaction {
        Transaction::new(self.0.clone())
    }
}

/// Returns the class of the error of a statement, or `None` if the error is another one.
///
/// ```
/// use capwire_actor::sql::{self, ErrorClass};
/// use capwire_actor::{testing::FakeHost, values};
///
/// let taken = "constraint: UNIQUE constraint failed: users.name (SQLITE_CONSTRAINT_UNIQUE)";
/// let host = FakeHost::new().refuse("capwire:sql", "Execute", taken);
/// let insert = || sql::default().execute("INSERT INTO users VALUES ($1)", &values!["Ada"]);
/// let error = host.run(insert).unwrap_err();
/// assert_eq!(sql::class(&error), Some(ErrorClass::Constraint));
/// ```
#[must_use]
pub fn class(error: &CallError) -> Option<ErrorClass> {
    match error {
        CallError::Refused { reason, .. } => ErrorClass::of(reason),
        _ => None,
    }
}

/// Returns an array of [`Value`](crate::sql::Value)s from values of different types.
///
/// ```
/// use capwire_actor::{sql::Value, values};
///
/// let values = values!["Ada", 36_i64, None::<f64>];
/// assert_eq!(values[1..], [Value::Integer(36), Value::Null]);
/// ```
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        [$($crate::sql::Value::from($value)),*]
    };
}

fn request(sql: &str, parameters: &[Value]) -> Request {
    Request {
        sql: sql.to_owned(),
        parameters: parameters.to_vec(),
    }
}
