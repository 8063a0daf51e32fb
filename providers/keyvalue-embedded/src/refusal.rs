//! The reasons for which an operation is refused.

use capwire_embedded_common::Failure;

/// A refused operation. The caller is to blame, and nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("WRONGTYPE key `{key}` holds a {holds}, the operation needs a {needs}")]
    WrongType {
        key: String,
        holds: &'static str,
        needs: &'static str,
    },
    #[error("the value of key `{key}` is not a 32-bit integer")]
    NotANumber { key: String },
    #[error("cannot add {by} to key `{key}`: the sum exceeds a 32-bit integer")]
    Overflow { key: String, by: i32 },
    #[error("cannot add an item to key `{key}`: the list is full")]
    Full { key: String },
    #[error(
        "the key space has {used} bytes, and {quota} are the most: delete something, or raise `MAX_BYTES` of the binding"
    )]
    QuotaExceeded { used: u64, quota: u64 },
    #[error("`expires` is {0}, expected a number of seconds, or 0 for never")]
    NegativeExpiry(i32),
    #[error("the request has no keys, expected at least one")]
    NoKeys,
    #[error("the message is larger than the limit of {0} bytes")]
    MessageTooLong(usize),
    #[error("the answer would be larger than the limit of {0} bytes: request less at a time")]
    AnswerTooLong(usize),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.to_string())
    }
}
