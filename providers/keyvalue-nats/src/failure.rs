//! Failures of operations. Their texts are for actors; causes are for logs only.

use capwire_provider::ProviderError;

/// The cause of a failure.
type Source = Box<dyn std::error::Error + Send + Sync>;

/// A refused operation. The caller is to blame, and nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("WRONGTYPE a key holds a value of another type than the operation needs")]
    WrongType,
    #[error("the value of key `{key}` is not a 32-bit integer")]
    NotANumber { key: String },
    #[error("cannot add {by} to key `{key}`: the sum exceeds a 32-bit integer")]
    Overflow { key: String, by: i32 },
    #[error("`expires` is {0}, expected a number of seconds, or 0 for never")]
    NegativeExpiry(i32),
    #[error("the request has no keys, expected at least one")]
    NoKeys,
    #[error("the message is larger than the limit of {0} bytes")]
    MessageTooLong(usize),
    #[error(
        "the answer would be larger than {0} bytes, the limit set by `MAX_ANSWER`: request less at a time"
    )]
    AnswerTooLong(usize),
    #[error("the operation would read more than {0} bytes of sets: combine smaller sets")]
    TooMuchWork(usize),
    #[error(
        "the value would be larger than a message of the NATS server, {0} bytes: use several keys"
    )]
    ValueTooLong(usize),
    #[error("a value is not text in UTF-8, and messages of this contract contain only text")]
    NotText,
}

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("{calls} operations run at once, the limit set by `MAX_CALLS`: try again later")]
    Full { calls: usize },
    #[error("the NATS server is not reachable in time, so nothing was changed: try again later")]
    Away(#[source] Option<Source>),
    #[error(
        "the NATS server did not answer in time, so the write may or may not have taken effect"
    )]
    Unknown(#[source] Option<Source>),
    #[error("other operations on the key took too long, so nothing was changed: try again later")]
    Contended,
    #[error("the NATS server refuses the operation, so nothing was changed: {advice}")]
    Server {
        advice: &'static str,
        #[source]
        cause: Source,
    },
    #[error("a value of the bucket was written by another program in a form that is not known")]
    NotOurs,
    #[error("the binding has ended")]
    Ended,
}

impl Failure {
    /// Returns the failure of an operation that the server refused with this error of JetStream.
    pub(crate) fn server(cause: impl Into<Source>) -> Self {
        let cause = cause.into();
        let text = cause.to_string();
        let advice = if text.contains("maximum bytes") || text.contains("insufficient") {
            "delete something, or raise the limit of the bucket or of the server"
        } else {
            "see the log of the host"
        };
        Self::Server { advice, cause }
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match &failure {
            Failure::Refused(_) => Self::Refused(text),
            Failure::Full { .. } => Self::Busy(text),
            Failure::Ended => Self::NotBound,
            _ => Self::unavailable(text, failure),
        }
    }
}
