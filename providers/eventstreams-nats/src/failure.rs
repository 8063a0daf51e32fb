//! Failures of operations. Their texts are for actors; causes are for logs only.

use async_nats::jetstream::{self, ErrorCode};
use capwire_eventstreams as common;
use capwire_provider::ProviderError;

/// The cause of a failure.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Refused(#[from] common::Failure),
    #[error(
        "the event has {bytes} bytes as a message, and {most} are the most for the NATS server: write less, or raise `max_payload` of the server"
    )]
    TooLong { bytes: usize, most: usize },
    #[error("{calls} operations run at once, the limit set by `MAX_CALLS`: try again later")]
    Full { calls: usize },
    #[error("the NATS server is not reachable in time, so nothing was changed: try again later")]
    Away(#[source] Option<Cause>),
    #[error("the NATS server did not answer in time, so the event may or may not be there")]
    Unknown(#[source] Option<Cause>),
    #[error("the NATS server refuses the operation, so nothing was changed: {advice}")]
    Server {
        advice: &'static str,
        #[source]
        cause: Cause,
    },
    #[error("the stream or the consumer is not on the NATS server any more")]
    Gone,
    #[error("the NATS server has forgotten that it gave out an event, and gives it out again")]
    Forgotten,
    #[error("the NATS server ended a request for events with the status {0}")]
    Status(u16),
    #[error("must not be after the last event: it is {last}, and the value is {id}")]
    NoSuchEvent { id: u64, last: u64 },
    #[error("the NATS server sent an answer of a form that is not known")]
    BadAnswer,
    #[error("the binding has ended")]
    Ended,
}

impl Failure {
    /// Returns the failure of an operation that the server refused with this error of JetStream.
    pub(crate) fn server(cause: jetstream::Error) -> Self {
        let is_full = [
            ErrorCode::STREAM_STORE_FAILED,
            ErrorCode::INSUFFICIENT_RESOURCES,
            ErrorCode::STORAGE_RESOURCES_EXCEEDED,
            ErrorCode::ACCOUNT_RESOURCES_EXCEEDED,
        ];
        let advice = match is_full.contains(&cause.error_code()) {
            true => "raise `MAX_BYTES` or the limits of the server, or set `WHEN_FULL: discard`",
            false => "see the log of the host",
        };
        let cause = cause.into();
        Self::Server { advice, cause }
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match failure {
            Failure::Refused(_) | Failure::TooLong { .. } => Self::Refused(text),
            Failure::Full { .. } => Self::Busy(text),
            Failure::NoSuchEvent { .. } => Self::config("START", text),
            Failure::Ended => Self::NotBound,
            failure => Self::unavailable(text, failure),
        }
    }
}
