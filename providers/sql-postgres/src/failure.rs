//! Failures of operations. Their texts begin with the class of the error and end with SQLSTATE, the server's code.

use capwire_contracts::sql::ErrorClass;
use capwire_provider::ProviderError;
use std::error::Error;
use std::fmt;
use tokio_postgres::error::DbError;

/// The longest text of the server that an actor sees, in bytes. It may quote a value.
const LONGEST_TEXT: usize = 500;

/// A failed operation.
#[derive(Debug)]
pub(crate) struct Failure {
    class: ErrorClass,
    text: String,
    /// SQLSTATE, if the server refused the statement.
    code: Option<String>,
    /// The cause of a failed connection, for logs only.
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// The effect of an operation that failed with its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    /// The end of the transaction was requested, and no answer came.
    Unknown,
}

impl Effect {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::None => "nothing was changed",
            Self::Unknown => "the write may or may not have taken effect",
        }
    }
}

impl Failure {
    /// Returns a failure that this crate found.
    pub(crate) fn new(class: ErrorClass, text: impl Into<String>) -> Self {
        Self {
            class,
            text: text.into(),
            code: None,
            cause: None,
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

    /// Returns the failure of an operation whose time is over.
    pub(crate) fn too_slow(effect: Effect) -> Self {
        let text =
            "the operation takes longer than `TIMEOUT` of the binding, or than its caller waits";
        Self::limit(format!("{text}: {}", effect.text()))
    }

    /// Returns the failure of an operation that got no connection.
    pub(crate) fn not_connected(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let text =
            "the PostgreSQL server is not reachable, so nothing was changed: try again later";
        Self {
            cause: Some(cause.into()),
            ..Self::new(ErrorClass::Database, text)
        }
    }

    /// Returns the failure of an operation whose connection was lost.
    pub(crate) fn lost(error: tokio_postgres::Error, effect: Effect) -> Self {
        let text = format!(
            "the connection to the PostgreSQL server was lost, so {}",
            effect.text()
        );
        Self {
            cause: Some(error.into()),
            ..Self::new(ErrorClass::Database, text)
        }
    }

    /// Returns the failure of a statement that the server refused.
    pub(crate) fn refused(error: &DbError) -> Self {
        let code = error.code().code();
        let mut text = shortened(error.message());
        if class(code) == ErrorClass::Database {
            text.push_str(", so nothing was changed");
        }
        Self {
            code: Some(code.to_owned()),
            ..Self::new(class(code), text)
        }
    }

    /// Returns SQLSTATE, if the server refused the statement.
    pub(crate) fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    pub(crate) fn class(&self) -> ErrorClass {
        self.class
    }
}

fn shortened(text: &str) -> String {
    match text.get(..text.floor_char_boundary(LONGEST_TEXT)) {
        Some(start) if start.len() < text.len() => format!("{start}…"),
        _ => text.to_owned(),
    }
}

/// Returns the class of a SQLSTATE.
fn class(code: &str) -> ErrorClass {
    match code {
        // A privilege that the role lacks, and a write in a transaction that only reads.
        "42501" | "25006" => return ErrorClass::Forbidden,
        // Cancelled by `statement_timeout` or by the provider.
        "57014" => return ErrorClass::Limit,
        // Deadlocks, conflicts, locks, and too many connections.
        "40001" | "40P01" | "55P03" | "53300" => return ErrorClass::Busy,
        "44000" => return ErrorClass::Constraint,
        _ => {}
    }
    match code.get(..2).unwrap_or_default() {
        "23" => ErrorClass::Constraint,
        "25" => ErrorClass::Forbidden,
        "53" | "54" => ErrorClass::Limit,
        "08" | "28" | "57" | "58" | "F0" | "HV" | "XX" => ErrorClass::Database,
        _ => ErrorClass::Statement,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { class, text, .. } = self;
        write!(f, "{class}: {text}")?;
        match &self.code {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match failure.class {
            ErrorClass::Busy => Self::Busy(text),
            ErrorClass::Database => Self::unavailable(text, failure),
            _ => Self::Refused(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::class;
    use capwire_contracts::sql::ErrorClass;

    #[test]
    fn codes_have_classes() {
        for (code, expected) in [
            ("23505", ErrorClass::Constraint),
            ("42601", ErrorClass::Statement),
            ("42501", ErrorClass::Forbidden),
            ("25006", ErrorClass::Forbidden),
            ("57014", ErrorClass::Limit),
            ("54001", ErrorClass::Limit),
            ("40P01", ErrorClass::Busy),
            ("57P01", ErrorClass::Database),
            ("XX000", ErrorClass::Database),
            ("22P02", ErrorClass::Statement),
            ("", ErrorClass::Statement),
        ] {
            assert_eq!(class(code), expected, "{code}");
        }
    }
}
