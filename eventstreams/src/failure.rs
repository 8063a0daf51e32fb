//! The errors of operations.

use crate::answer::MAX_ANSWER;
use crate::name::NameError;
use capwire_provider::ProviderError;

/// An operation that is refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The name of a stream is wrong.
    #[error("the name of the stream {0}")]
    Name(#[from] NameError),
    /// An event is longer than the binding allows.
    #[error(
        "the event has {bytes} bytes, and {most} are the most: write less, or raise `MAX_EVENT` of the binding"
    )]
    TooLong {
        /// The size of the event.
        bytes: usize,
        /// The most bytes of an event.
        most: usize,
    },
    /// The field `after` of a query is not the id of an event.
    #[error("`after` is `{0}`, expected the id of an event")]
    After(String),
    /// The events of an answer are too many.
    #[error(
        "the events of the answer would have more than {MAX_ANSWER} bytes: ask for fewer with `count`, and then for those `after` the last one"
    )]
    AnswerTooLong,
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure.to_string())
    }
}
