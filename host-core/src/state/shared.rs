//! The parts of a host that all of its clones share.

use super::aliases::Aliases;
use super::snapshot::Tables;
use crate::clock::Clock;
use crate::error::{Denial, Error};
use crate::id::PoolId;
use crate::options::HostOptions;
use crate::policy::Policy;
use crate::pool::Waits;
use crate::report::{Announcer, Event, UnknownTargets};
use arc_swap::ArcSwap;
use capwire_wapc::Engine;
use capwire_wascap::Verifier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// The shared parts of a host.
pub(crate) struct Shared {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Exchanged when trust or revocations change.
    pub(crate) verifier: ArcSwap<Verifier>,
    /// Exchanged when the operator changes the policy.
    pub(crate) policy: ArcSwap<Arc<dyn Policy>>,
    pub(crate) options: HostOptions,
    pub(crate) tables: Tables,
    pub(crate) aliases: Aliases,
    pub(crate) announcer: Announcer,
    pub(crate) waits: Waits,
    pub(crate) compilations: Arc<Semaphore>,
    pub(crate) pools: AtomicU64,
    /// The monotonic time by which a shutdown must be done, once it has begun.
    pub(crate) closes_by: OnceLock<Duration>,
    /// `None` unless calls are counted and timed.
    pub(crate) metrics: Option<UnknownTargets>,
}

impl Shared {
    /// Announces a denial and returns it as an error.
    pub(crate) fn deny(&self, denial: Denial) -> Error {
        let denial = Arc::new(denial);
        self.announcer.announce(Event::Denied(Arc::clone(&denial)));
        Error::denied(denial)
    }

    /// Begins the time of a shutdown, which all of its steps share.
    pub(crate) fn close_in_drain_time(&self) {
        let until = self.clock.monotonic().saturating_add(self.options.drain);
        self.closes_by.get_or_init(|| until);
    }

    /// Returns the time for calls in progress to finish: the drain time, or what a shutdown leaves
    /// of it.
    pub(crate) fn drain_time(&self) -> Duration {
        let drain = self.options.drain;
        self.closes_by.get().map_or(drain, |until| {
            until.saturating_sub(self.clock.monotonic()).min(drain)
        })
    }

    /// Returns the time for a provider to end a binding. At the end of a shutdown, it is a small
    /// part of the drain time.
    pub(crate) fn unbind_time(&self) -> Duration {
        const LEAST: Duration = Duration::from_millis(500);
        self.drain_time().max(self.options.drain.min(LEAST))
    }

    pub(crate) fn next_pool(&self) -> PoolId {
        PoolId(self.pools.fetch_add(1, Ordering::Relaxed))
    }
}
