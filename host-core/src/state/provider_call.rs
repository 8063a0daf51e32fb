//! A call inside a version of a provider, from its entry to its end.

use super::{ProviderVersion, Route, Shared};
use crate::error::Error;
use crate::report::Outcome;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The shortest time in which a provider must have had a call for its silence to count.
const LEAST: Duration = Duration::from_secs(1);

/// The guard of a call of a provider. It records once how the call ended, and wakes a waiting drain.
///
/// If the guard is dropped before, the caller has abandoned the call.
pub(crate) struct ProviderCall<'h> {
    host: &'h Shared,
    route: Arc<Route>,
    version: Arc<ProviderVersion>,
    deadline: Duration,
    /// The time at which the call began to wait for the provider.
    waits_since: OnceLock<Duration>,
    outcome: Outcome,
}

impl<'h> ProviderCall<'h> {
    /// Enters the version that serves `route`, unless there is none or it is closed. The call must
    /// end by `deadline`.
    pub(crate) fn enter(host: &'h Shared, route: &Arc<Route>, deadline: Duration) -> Option<Self> {
        let version = &route.serving.as_ref()?.version;
        version.enter().then(|| Self {
            host,
            route: Arc::clone(route),
            version: Arc::clone(version),
            deadline,
            waits_since: OnceLock::new(),
            outcome: Outcome::Abandoned,
        })
    }

    pub(crate) fn route(&self) -> &Route {
        &self.route
    }

    pub(crate) fn version(&self) -> &ProviderVersion {
        &self.version
    }

    /// Waits until the call must end, because its version is stopped.
    pub(crate) async fn stopped(&self) {
        self.waits_since.get_or_init(|| self.host.clock.monotonic());
        self.version.stopped().await;
    }

    /// The call has ended with `result`.
    pub(crate) fn end<T>(mut self, result: &Result<T, Error>) {
        self.outcome = Outcome::of(result);
    }

    /// Returns true if the deadline ended the call, after the provider had enough time for it.
    fn was_left_unanswered(&self) -> bool {
        let (Outcome::Abandoned, Some(since)) = (self.outcome, self.waits_since.get()) else {
            return false;
        };
        let now = self.host.clock.monotonic();
        now >= self.deadline && now.saturating_sub(*since) >= LEAST
    }
}

impl Drop for ProviderCall<'_> {
    fn drop(&mut self) {
        match self.outcome {
            Outcome::Abandoned if self.was_left_unanswered() => {
                let most = self.host.options.providers.unanswered;
                self.version.left_unanswered(most.get());
            }
            Outcome::Abandoned => {}
            _ => self.version.answered(),
        }
        self.version.leave(self.outcome);
    }
}
