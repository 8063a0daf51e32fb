//! The reasons for which a write is refused.

use capwire_embedded_common::Failure;

/// A refused write. The caller is to blame, and nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(
        "the streams have {used} bytes, and {quota} are the most: raise `MAX_BYTES` of the binding, or let old events go with `WHEN_FULL` or `MAX_AGE`"
    )]
    Full { used: u64, quota: u64 },
    #[error(
        "the event counts {bytes} bytes, and all streams together have {quota}: raise `MAX_BYTES` of the binding"
    )]
    NeverFits { bytes: u64, quota: u64 },
    #[error("there are no more ids for events")]
    NoIds,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.to_string())
    }
}
