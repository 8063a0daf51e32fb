//! What is asked of a swap, and what came of it.

use crate::id::{ActorId, BindingKey};
use crate::options::ActorOptions;
use crate::tally::CallCounts;
use capwire_wascap::Widening;
use std::time::Duration;

/// How an actor is swapped.
///
/// ```
/// use capwire_host::SwapOptions;
/// use std::time::Duration;
///
/// let mut options = SwapOptions::default();
/// options.health_check = true;
/// options.drain = Some(Duration::from_secs(60));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SwapOptions {
    /// Lets the new version claim more than the old one.
    pub allow_wider: bool,
    /// Sends a `HealthRequest` to the new version before it takes over. An error keeps the old
    /// one.
    pub health_check: bool,
    /// How long calls of the old version may go on after the exchange. The host's own
    /// [`drain`](crate::HostOptions::drain) if `None`.
    pub drain: Option<Duration>,
    /// How the new version runs. As the old one if `None`.
    pub actor: Option<ActorOptions>,
}

/// What came of a swap. All numbers come from the ends of the calls themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SwapReport {
    /// Which actor.
    pub actor: ActorId,
    /// The number of the version that runs now. An actor starts with the first.
    pub generation: u64,
    /// The revision that ran.
    pub old_revision: i32,
    /// The revision that runs now.
    pub new_revision: i32,
    /// The calls that ended in the old version since the swap began.
    pub old: CallCounts,
    /// The calls that ended in the new version until the old one was drained.
    pub new: CallCounts,
    /// What the new version may do and the old one might not.
    pub wider: Vec<Widening>,
    /// Bindings that were ended, because the new version does not claim their contract.
    pub ended_bindings: Vec<BindingKey>,
}

impl SwapReport {
    /// How many calls were not answered, because their instance was taken away.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.old.dropped + self.new.dropped
    }
}
