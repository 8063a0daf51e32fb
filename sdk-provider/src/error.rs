//! The errors on either side of a provider.

use std::time::Duration;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// The error of a provider.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// A value of the binding is missing, unknown or malformed: whoever wrote it must change it.
    #[error("configuration `{key}`: {reason}")]
    Config {
        /// The key of the value.
        key: String,
        /// The fault, without the value itself.
        reason: String,
    },
    /// The calling actor has no such binding with this provider.
    #[error("the actor is not bound to this provider")]
    NotBound,
    /// The contract has no such operation, or the provider does not serve it.
    #[error("unknown operation `{operation}`")]
    UnknownOperation {
        /// The operation of the call.
        operation: String,
    },
    /// The message cannot be decoded.
    #[error("malformed message of `{operation}`: {reason}")]
    BadMessage {
        /// The operation whose message it is.
        operation: String,
        /// The fault.
        reason: String,
    },
    /// The message is well formed but cannot be served, e.g. a sum that overflows.
    #[error("{0}")]
    Refused(String),
    /// A thing that the provider needs is out of reach. Trying again later may help.
    #[error("{what}")]
    Unavailable {
        /// The thing that is out of reach.
        what: String,
        /// The cause.
        source: Option<Source>,
    },
}

impl ProviderError {
    /// A wrong value of the binding.
    pub fn config(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Config {
            key: key.into(),
            reason: reason.into(),
        }
    }

    /// Something that the provider needs is out of reach.
    pub fn unavailable(what: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::Unavailable {
            what: what.into(),
            source: Some(source.into()),
        }
    }
}

/// The error of a provider's call of its actor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActorError {
    /// All instances are busy and the queue is full.
    #[error("the actor is busy")]
    Busy {
        /// The time after which to try again.
        retry_after: Duration,
    },
    /// The call took longer than it may.
    #[error("the actor did not answer in time")]
    Timeout,
    /// The actor was stopped.
    #[error("the actor is not running")]
    Stopped,
    /// The actor does not read the dialect of the message. Nothing else has happened. The text is
    /// the actor's own, for logs.
    #[error("the actor failed: {0}")]
    Unreadable(String),
    /// The actor failed. The text is for logs, not for strangers.
    #[error("the actor failed: {0}")]
    Failed(String),
    /// The actor answered with something else than the expected message.
    #[error("the actor's answer cannot be read: {0}")]
    BadAnswer(String),
}
