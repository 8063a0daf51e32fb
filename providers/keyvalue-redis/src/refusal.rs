//! The reasons for which an operation is refused.

use capwire_redis_common::Failure;

/// A refused operation. The caller is to blame, and nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
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
    #[error(
        "the operation would examine more than {0} members of sets, during which the server serves nobody else: combine smaller sets"
    )]
    TooMuchWork(usize),
    #[error("a value is not text in UTF-8, and messages of this contract contain only text")]
    NotText,
    #[error("the operation took effect, but its answer {0} exceeds a 32-bit integer")]
    Untold(i64),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.to_string())
    }
}
