//! `capwire:sql`: statements of SQL on a database, with parameters and typed values.

mod class;
mod value;

use crate::core::Operation;

pub use class::ErrorClass;
pub use value::Value;

/// The id of the contract.
pub const CONTRACT: &str = "capwire:sql";

/// Runs a statement that only reads: takes a [`Request`] and returns an [`Outcome`].
pub const OP_QUERY: &str = "Query";
/// Runs a statement that may write: takes a [`Request`] and returns an [`Outcome`].
pub const OP_EXECUTE: &str = "Execute";
/// Runs statements in one transaction: takes a [`TransactionRequest`] and returns a
/// [`TransactionResponse`].
pub const OP_TRANSACTION: &str = "Transaction";

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[
    Operation::to_provider(OP_QUERY, "Runs a statement that only reads"),
    Operation::to_provider(OP_EXECUTE, "Runs a statement that may write"),
    Operation::to_provider(OP_TRANSACTION, "Runs statements in one transaction"),
];

message! {
    /// One statement and its parameters.
    Request {
        /// The statement, which names its parameters `$1`, `$2` and so on.
        sql: String = "sql",
        /// The values of the parameters, `$1` first.
        parameters: Vec<Value> = "parameters" or default,
    }
}

message! {
    /// A statement of a transaction.
    Statement {
        /// The statement, which names its parameters `$1`, `$2` and so on.
        sql: String = "sql",
        /// The values of the parameters, `$1` first.
        parameters: Vec<Value> = "parameters" or default,
        /// The number of rows that the statement must change, or else the transaction has no
        /// effect; 0 means any number.
        required_changes: u64 = "requiredChanges" or default,
    }
}

message! {
    /// Statements that take effect together, or not at all.
    TransactionRequest {
        /// The statements, in their order.
        statements: Vec<Statement> = "statements",
    }
}

message! {
    /// A row.
    Row {
        /// The values, in the order of the columns.
        values: Vec<Value> = "values",
    }
}

message! {
    /// The result of a statement.
    Outcome {
        /// The names of the columns; none if the statement returns no rows.
        columns: Vec<String> = "columns",
        /// The rows that the statement returns.
        rows: Vec<Row> = "rows",
        /// The number of rows that the statement inserted, updated or deleted.
        changes: u64 = "changes",
    }
}

message! {
    /// The results of a transaction.
    TransactionResponse {
        /// The result of each statement, in their order.
        outcomes: Vec<Outcome> = "outcomes",
    }
}

impl Outcome {
    /// Returns the value of a column in the row with this index, or `None` if there is no such row
    /// or column. The first of several columns with one name counts.
    ///
    /// ```
    /// use capwire_contracts::sql::{Outcome, Row, Value};
    ///
    /// let outcome = Outcome {
    ///     columns: vec!["id".to_owned(), "name".to_owned()],
    ///     rows: vec![Row { values: vec![1_i64.into(), "Ada".into()] }],
    ///     changes: 0,
    /// };
    /// assert_eq!(outcome.value(0, "name").and_then(Value::text), Some("Ada"));
    /// assert_eq!(outcome.value(1, "name"), None);
    /// ```
    #[must_use]
    pub fn value(&self, row: usize, column: &str) -> Option<&Value> {
        let column = self.columns.iter().position(|name| name == column)?;
        self.rows.get(row)?.values.get(column)
    }
}

plain_fields!(Value, Statement, Row, Outcome);
