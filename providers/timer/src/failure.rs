//! The errors of operations, each with its class.

use crate::journal::Unusable;
use capwire_contracts::timer::ErrorClass;
use capwire_provider::ProviderError;
use std::fmt;
use std::io;
use std::path::Path;

/// The error of an operation. Its text begins with its class.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) class: ErrorClass,
    text: String,
    source: Option<io::Error>,
}

impl Failure {
    pub(crate) fn new(class: ErrorClass, text: impl Into<String>) -> Self {
        Self {
            class,
            text: text.into(),
            source: None,
        }
    }

    /// Returns the failure to store timers.
    pub(crate) fn not_stored(error: io::Error) -> Self {
        Self {
            class: ErrorClass::Unavailable,
            text: "the timers cannot be stored".to_owned(),
            source: Some(error),
        }
    }

    /// Returns the failure of a binding that has ended.
    pub(crate) fn ended() -> Self {
        Self::new(ErrorClass::Unavailable, "the binding has ended")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.text)
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        let what = failure.to_string();
        match (failure.class, failure.source) {
            (ErrorClass::Unavailable, source) => Self::Unavailable {
                what,
                source: source.map(Into::into),
            },
            _ => Self::Refused(what),
        }
    }
}

/// Returns the error for a file that cannot be used.
pub(crate) fn unusable(path: &Path, error: Unusable) -> ProviderError {
    let file = path.display();
    match error {
        Unusable::Io(error) => {
            ProviderError::unavailable(format!("cannot use the file of timers `{file}`"), error)
        }
        Unusable::Locked => ProviderError::Unavailable {
            what: format!(
                "another host uses the file of timers `{file}`: stop that host, or choose another data directory"
            ),
            source: None,
        },
        Unusable::Damaged { line } => ProviderError::Unavailable {
            what: format!(
                "line {line} of the file of timers `{file}` is damaged, and others follow it: restore the file from a \
                 backup, or remove the line"
            ),
            source: None,
        },
    }
}
