//! Failures of statements. Their texts begin with the class of the error and end with SQLite's code.

use crate::codes;
use capwire_contracts::sql::ErrorClass;
use capwire_provider::{ProviderError, WorkEnded};
use rusqlite::ffi;
use std::fmt;

/// A failed operation.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A statement failed, or was refused.
    Statement {
        class: ErrorClass,
        text: String,
        /// The extended code of SQLite, if the error came from there.
        code: Option<i32>,
    },
    /// Nobody waits for the answer, or the caller has used up its budget.
    Ended(WorkEnded),
}

impl Failure {
    /// Returns a failure that this crate found.
    pub(crate) fn new(class: ErrorClass, text: impl Into<String>) -> Self {
        Self::Statement {
            class,
            text: text.into(),
            code: None,
        }
    }

    /// Returns a failure whose statement or values are wrong.
    pub(crate) fn wrong(text: impl Into<String>) -> Self {
        Self::new(ErrorClass::Statement, text)
    }

    /// Returns a failure whose statement is not for actors.
    pub(crate) fn forbidden(text: impl Into<String>) -> Self {
        Self::new(ErrorClass::Forbidden, text)
    }

    /// Returns a failure that exceeds a limit.
    pub(crate) fn limit(text: impl Into<String>) -> Self {
        Self::new(ErrorClass::Limit, text)
    }

    /// Returns the failure of a statement whose action the authority denied.
    pub(crate) fn denied(text: String) -> Self {
        Self::Statement {
            class: ErrorClass::Forbidden,
            text,
            code: Some(ffi::SQLITE_AUTH),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(ended) => ended.fmt(f),
            Self::Statement { class, text, code } => {
                write!(f, "{class}: {text}")?;
                match code.and_then(codes::name) {
                    Some(name) => write!(f, " ({name})"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl std::error::Error for Failure {}

impl From<WorkEnded> for Failure {
    fn from(ended: WorkEnded) -> Self {
        Self::Ended(ended)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        let (code, text) = match &error {
            rusqlite::Error::SqliteFailure(code, text) => (code.extended_code, text.clone()),
            rusqlite::Error::SqlInputError { error, msg, .. } => {
                (error.extended_code, Some(msg.clone()))
            }
            rusqlite::Error::MultipleStatement => {
                return Self::forbidden(
                    "a message has one statement: use `Transaction` for several",
                );
            }
            other => return Self::new(ErrorClass::Database, other.to_string()),
        };
        Self::Statement {
            class: class(code),
            text: advice(code).map_or_else(
                || text.unwrap_or_else(|| "the statement failed".to_owned()),
                str::to_owned,
            ),
            code: Some(code),
        }
    }
}

/// Returns the class of an extended code.
fn class(code: i32) -> ErrorClass {
    match code & 0xff {
        ffi::SQLITE_CONSTRAINT => ErrorClass::Constraint,
        ffi::SQLITE_ERROR | ffi::SQLITE_MISMATCH | ffi::SQLITE_RANGE | ffi::SQLITE_SCHEMA => {
            ErrorClass::Statement
        }
        ffi::SQLITE_AUTH | ffi::SQLITE_READONLY => ErrorClass::Forbidden,
        ffi::SQLITE_FULL | ffi::SQLITE_TOOBIG | ffi::SQLITE_INTERRUPT | ffi::SQLITE_NOMEM => {
            ErrorClass::Limit
        }
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => ErrorClass::Busy,
        _ => ErrorClass::Database,
    }
}

/// Returns a better text than SQLite's.
fn advice(code: i32) -> Option<&'static str> {
    match code & 0xff {
        ffi::SQLITE_FULL => {
            Some("the database is full: delete something, or raise `MAX_BYTES` of the binding")
        }
        ffi::SQLITE_TOOBIG => {
            Some("a value, a row or the statement is longer than the limit set by `MAX_VALUE`")
        }
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => {
            Some("another program uses the database: try again later")
        }
        ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB => Some("the file of the database is damaged"),
        ffi::SQLITE_IOERR | ffi::SQLITE_CANTOPEN => {
            Some("the host cannot read or write the file of the database")
        }
        _ => None,
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match failure {
            Failure::Ended(ended) => Self::Ended(ended),
            Failure::Statement { class, .. } => match class {
                ErrorClass::Busy => Self::Busy(text),
                ErrorClass::Database => Self::unavailable(text, failure),
                _ => Self::Refused(text),
            },
        }
    }
}
