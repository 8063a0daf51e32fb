//! The options of a swap.

use crate::options::{ActorOptions, Canary};
use std::time::Duration;

/// Options of a swap.
///
/// ```
/// use capwire_host::SwapOptions;
/// use std::time::Duration;
///
/// let options = SwapOptions::default()
///     .with_health_check(true)
///     .with_drain(Duration::from_secs(60));
/// assert!(options.health_check);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SwapOptions {
    /// `true` lets the new version claim more than the old one. Default: `false`.
    pub allow_wider: bool,
    /// `true` lets the new version have the same revision as the old one, or a lower one. Default: `false`.
    pub allow_older: bool,
    /// `true` sends a `HealthRequest` to the new version before it takes over. If the request
    /// fails, the old version stays. Default: `false`.
    pub health_check: bool,
    /// The maximum time that calls of the old version may take after the exchange. `None`, the
    /// default, means the host's [`drain`](crate::HostOptions::drain).
    pub drain: Option<Duration>,
    /// Gives the new version a share of the calls first, and keeps the old version if too many of them
    /// fail. `None`, the default, lets it take over at once.
    pub canary: Option<Canary>,
    /// The options of the new version. `None`, the default, means the options of the old version.
    pub actor: Option<ActorOptions>,
}

impl SwapOptions {
    /// Sets [`allow_wider`](Self::allow_wider).
    #[must_use]
    pub fn with_allow_wider(mut self, allow_wider: bool) -> Self {
        self.allow_wider = allow_wider;
        self
    }

    /// Sets [`allow_older`](Self::allow_older).
    #[must_use]
    pub fn with_allow_older(mut self, allow_older: bool) -> Self {
        self.allow_older = allow_older;
        self
    }

    /// Sets [`health_check`](Self::health_check).
    #[must_use]
    pub fn with_health_check(mut self, health_check: bool) -> Self {
        self.health_check = health_check;
        self
    }

    /// Sets the [`canary`](Self::canary).
    #[must_use]
    pub fn with_canary(mut self, canary: impl Into<Option<Canary>>) -> Self {
        self.canary = canary.into();
        self
    }

    /// Sets the time to [`drain`](Self::drain) the old version.
    #[must_use]
    pub fn with_drain(mut self, drain: impl Into<Option<Duration>>) -> Self {
        self.drain = drain.into();
        self
    }

    /// Sets the options of the new version.
    #[must_use]
    pub fn with_actor(mut self, actor: impl Into<Option<ActorOptions>>) -> Self {
        self.actor = actor.into();
        self
    }
}
