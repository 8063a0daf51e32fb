//! The errors of providers, and of their calls to actors.

use crate::work::WorkEnded;
use std::time::Duration;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// The error of a provider.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// A value of the binding's configuration is missing, unknown or malformed.
    #[error("configuration `{key}`: {reason}")]
    Config {
        /// The key of the value.
        key: String,
        /// The reason, without the value itself.
        reason: String,
    },
    /// The calling actor has no such binding with this provider.
    #[error("the actor is not bound to this provider")]
    NotBound,
    /// The contract has no such operation, or the provider does not support it.
    #[error("unknown operation `{operation}`{}", hint(operation))]
    UnknownOperation {
        /// The operation of the call.
        operation: String,
    },
    /// The message cannot be decoded.
    #[error("malformed message of `{operation}`: {reason}")]
    BadMessage {
        /// The operation of the message.
        operation: String,
        /// The fault.
        reason: String,
    },
    /// The message is well formed but the request cannot be served, for example because a sum
    /// overflows.
    #[error("{0}")]
    Refused(String),
    /// A resource that the provider needs is unavailable. A later attempt may succeed.
    #[error("{what}")]
    Unavailable {
        /// The unavailable resource.
        what: String,
        /// The cause.
        source: Option<Source>,
    },
    /// The provider has too much work at present. A later attempt may succeed.
    #[error("{0}")]
    Busy(String),
    /// The work for the call ended early.
    #[error(transparent)]
    Ended(#[from] WorkEnded),
}

/// Returns the hint for an operation of wasmCloud's later interfaces, which have an interface in
/// their names, such as `KeyValue.Get`. Their messages differ, too.
fn hint(operation: &str) -> &'static str {
    match operation.contains('.') {
        true => {
            ": it is an operation of wasmCloud since July 2021, and this host speaks the messages of \
             2020; build the actor with `capwire-actor` or `wascc-actor`"
        }
        false => "",
    }
}

impl ProviderError {
    /// Returns the error for a wrong value of the binding's configuration.
    pub fn config(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Config {
            key: key.into(),
            reason: reason.into(),
        }
    }

    /// Returns the error for an unavailable resource.
    pub fn unavailable(what: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::Unavailable {
            what: what.into(),
            source: Some(source.into()),
        }
    }
}

/// The error of a provider's call to its actor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActorError {
    /// All instances are busy and the queue is full.
    #[error("the actor is busy")]
    Busy {
        /// The time after which to try again.
        retry_after: Duration,
    },
    /// The actor failed, because a provider or another actor that it needs is unavailable. It may have
    /// done a part of its work.
    #[error("something that the actor needs is unavailable")]
    Unavailable {
        /// The time after which to try again.
        retry_after: Duration,
    },
    /// The call exceeded its deadline.
    #[error("the actor did not answer in time")]
    Timeout,
    /// The actor was stopped.
    #[error("the actor is not running")]
    Stopped,
    /// The message is longer than the actor's limit for messages. The actor did not see it.
    #[error("a message to the actor may have at most {most} bytes")]
    TooLong {
        /// The limit in bytes.
        most: usize,
    },
    /// The actor does not read the dialect of the message, and did nothing else. The text is the
    /// actor's own, for logs.
    #[error("the actor failed: {0}")]
    Unreadable(String),
    /// The actor failed. The text is for logs; do not show it to clients.
    #[error("the actor failed: {0}")]
    Failed(String),
    /// The actor's answer is not the expected message.
    #[error("the actor's answer cannot be read: {0}")]
    BadAnswer(String),
}

#[cfg(test)]
mod tests {
    use super::ProviderError;

    #[test]
    fn an_operation_of_later_interfaces_is_refused_in_words_x5() {
        let error = |operation: &str| {
            let operation = operation.to_owned();
            ProviderError::UnknownOperation { operation }.to_string()
        };
        assert_eq!(error("Gett"), "unknown operation `Gett`");
        let later = error("KeyValue.Get");
        assert!(later.contains("since July 2021"), "{later}");
    }
}
