//! The parts of a host that all of its clones share.

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
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
    pub(crate) announcer: Announcer,
    pub(crate) waits: Waits,
    pub(crate) compilations: Arc<Semaphore>,
    pub(crate) pools: AtomicU64,
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

    pub(crate) fn next_pool(&self) -> PoolId {
        PoolId(self.pools.fetch_add(1, Ordering::Relaxed))
    }
}
