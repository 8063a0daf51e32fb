//! The options of a swap.

use crate::options::ActorOptions;
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
