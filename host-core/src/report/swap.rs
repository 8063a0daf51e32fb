//! The reports of swaps.

use super::counts::CallCounts;
use crate::id::{ActorId, BindingKey, ProviderId};
use capwire_wascap::Widening;

/// The report of the swap of an actor. The calls themselves were counted as they ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SwapReport {
    /// The actor.
    pub actor: ActorId,
    /// The number of the version that runs now, counted from one.
    pub generation: u64,
    /// The revision that ran.
    pub old_revision: i32,
    /// The revision that runs now.
    pub new_revision: i32,
    /// The calls that ended in the old version since the swap began.
    pub old: CallCounts,
    /// The calls that ended in the new version until the old one was drained.
    pub new: CallCounts,
    /// The claims of the new version that exceed those of the old one.
    pub wider: Vec<Widening>,
    /// Bindings that ended, because the new version does not claim their contract.
    pub ended_bindings: Vec<BindingKey>,
    /// The calls with which the new version proved itself before it took over, which are among those in
    /// [`new`](Self::new). `None` if it was not a canary.
    pub canary: Option<CallCounts>,
}

impl SwapReport {
    /// The calls that got no answer, because they exceeded the drain time.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.old.dropped + self.new.dropped
    }
}

/// The report of the swap of a provider. It counts the calls through its bindings, in both
/// directions, each by its own outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderSwapReport {
    /// The provider.
    pub provider: ProviderId,
    /// The number of the version that serves now, counted from one.
    pub generation: u64,
    /// The calls that ended in the old version since the swap began.
    pub old: CallCounts,
    /// The calls that ended in the new version until the old one was gone.
    pub new: CallCounts,
    /// The calls that waited for the new version, because both could not be open at the same time.
    pub queued: u64,
    /// The calls that did not get to wait, or waited too long, and got an error that says when to
    /// try again.
    pub refused: u64,
    /// The bindings of the new version.
    pub bindings: usize,
}

impl ProviderSwapReport {
    /// The calls that got no answer, because they exceeded the drain time.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.old.dropped + self.new.dropped
    }
}
