//! What all clones of a host share, and the way of every call through it.

use crate::calls;
use crate::clock::Clock;
use crate::error::Error;
use crate::event::{Announcer, Event};
use crate::invocation::{Invocation, Target};
use crate::metrics::Unknown;
use crate::observe::Observed;
use crate::options::HostOptions;
use crate::policy::{Denial, Permit, Policy};
use crate::pool::{PoolId, Waits};
use crate::snapshot::State;
use crate::stack::Stack;
use arc_swap::ArcSwap;
use bytes::Bytes;
use capwire_wapc::Engine;
use capwire_wascap::Verifier;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;
use tracing::Instrument;

/// A host's inside.
pub(crate) struct Shared {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Exchanged when trust or revocations change.
    pub(crate) verifier: ArcSwap<Verifier>,
    /// Exchanged when the operator changes their mind.
    pub(crate) policy: ArcSwap<Arc<dyn Policy>>,
    pub(crate) options: HostOptions,
    pub(crate) state: State,
    pub(crate) announcer: Announcer,
    pub(crate) waits: Waits,
    pub(crate) compilations: Arc<Semaphore>,
    pub(crate) stack: Option<Stack>,
    pub(crate) pools: AtomicU64,
    /// Only if calls are counted and timed.
    pub(crate) metrics: Option<Unknown>,
}

impl Shared {
    /// Makes a call, and lets those know of it who want to.
    pub(crate) async fn submit(self: &Arc<Self>, invocation: Invocation) -> Result<Bytes, Error> {
        let Some(observed) = Observed::begin(self, &invocation) else {
            return self.pass(invocation).await;
        };
        let result = self.pass(invocation).instrument(observed.span()).await;
        observed.end(&result);
        result
    }

    /// Sends a call through the middleware, if there is any, to its target.
    async fn pass(self: &Arc<Self>, invocation: Invocation) -> Result<Bytes, Error> {
        match &self.stack {
            None => self.carry_out(invocation).await,
            Some(stack) => stack.run(self, invocation).await,
        }
    }

    /// Carries out a call, if it is allowed.
    pub(crate) async fn carry_out(self: &Arc<Self>, call: Invocation) -> Result<Bytes, Error> {
        let permit = Permit::new(call, &***self.policy.load(), self.clock.unix())
            .map_err(|denial| self.deny(*denial))?;
        match permit.invocation().target() {
            // Boxed: an actor's call may lead to another one's, and so on.
            Target::Actor(actor) => calls::actor(self, *actor, &permit).await,
            Target::Capability(_) => calls::capability(self, &permit).await,
        }
    }

    /// Tells of a denial, and makes it an error.
    pub(crate) fn deny(&self, denial: Denial) -> Error {
        let denial = Arc::new(denial);
        self.announcer.announce(Event::Denied(Arc::clone(&denial)));
        Error::denied(denial)
    }

    pub(crate) fn next_pool(&self) -> PoolId {
        PoolId(self.pools.fetch_add(1, Ordering::Relaxed))
    }
}
