//! Builds hosts.

use crate::call::{AnyLayer, Dispatch, Dispatcher, Invocation, any_layer};
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Failure};
use crate::host::Host;
use crate::options::HostOptions;
use crate::policy::{ClaimsOnly, Policy};
use crate::pool::Waits;
use crate::report::{Announcer, UnknownTargets};
use crate::state::{Aliases, Shared, Tables};
use arc_swap::ArcSwap;
use bytes::Bytes;
use capwire_wapc::{Engine, Support};
use capwire_wascap::Verifier;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;
use tower::{Layer, Service};

/// The upper bound of the events that are kept for a slow listener, whatever the options say.
const MOST_EVENTS: usize = 1 << 20;

/// A builder of a [`Host`]; see [`Host::builder`].
#[must_use = "a builder does nothing until it builds"]
pub struct HostBuilder {
    engine: Arc<dyn Engine>,
    clock: Arc<dyn Clock>,
    verifier: Verifier,
    policy: Arc<dyn Policy>,
    options: HostOptions,
    layers: Vec<AnyLayer>,
    unenforced_limits: bool,
    unsafe_engine: bool,
}

impl HostBuilder {
    pub(crate) fn new(engine: Arc<dyn Engine>) -> Self {
        Self {
            engine,
            clock: Arc::new(SystemClock::default()),
            verifier: Verifier::new(),
            policy: Arc::new(ClaimsOnly),
            options: HostOptions::default(),
            layers: Vec::new(),
            unenforced_limits: false,
            unsafe_engine: false,
        }
    }

    /// Sets the options of the host.
    pub fn options(mut self, options: HostOptions) -> Self {
        self.options = options;
        self
    }

    /// Replaces the system's clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the verifier that judges modules when they are [verified](Host::verify) and when they
    /// start. [`Host::set_verifier`] replaces it later.
    pub fn verifier(mut self, verifier: Verifier) -> Self {
        self.verifier = verifier;
        self
    }

    /// Sets the operator's policy, which restricts what claims grant. [`Host::set_policy`] replaces
    /// it later.
    pub fn policy(mut self, policy: impl Policy) -> Self {
        self.policy = Arc::new(policy);
        self
    }

    /// Adds middleware around all calls of actors, and of providers by actors. The first layer is
    /// the outermost. Each layer runs once for each call. If a layer fails, the call fails. The
    /// host checks claims after all layers, so a layer also sees calls that are then denied.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Dispatch> + Send + 'static,
        L::Service:
            Service<Invocation, Response = Bytes, Error = Error> + Clone + Send + Sync + 'static,
        <L::Service as Service<Invocation>>::Future: Send + 'static,
    {
        self.layers.push(any_layer(layer));
        self
    }

    /// Accepts an engine that cannot enforce every limit. Use it only for modules that need no
    /// limits.
    pub fn accept_unenforced_limits(mut self) -> Self {
        self.unenforced_limits = true;
        self
    }

    /// Accepts an engine without [`Support::memory_safe`], through which a hostile module could
    /// take over the host's process. Use it only if every module is trusted as much as the host
    /// itself.
    ///
    /// A signature does not make a module harmless. A chain up to a trusted operator identifies who
    /// vouches for a module. With a [verifier](Self::verifier) that requires such a chain, no other
    /// module reaches the engine.
    pub fn accept_unsafe_engine(mut self) -> Self {
        self.unsafe_engine = true;
        self
    }

    /// Builds the host.
    ///
    /// # Errors
    /// Returns an error if an option is out of range, or if the engine cannot enforce a limit or is
    /// not safe against hostile modules and the program did not accept this.
    pub fn build(self) -> Result<Host, Error> {
        self.options.actors.check()?;
        self.check_engine()?;
        let places = self.options.compilations.get();
        let events = self.options.events.get().min(MOST_EVENTS);
        let shared = Shared {
            engine: self.engine,
            verifier: ArcSwap::from_pointee(self.verifier),
            policy: ArcSwap::from_pointee(self.policy),
            aliases: Aliases::default(),
            tables: Tables::default(),
            announcer: Announcer::new(events, Arc::clone(&self.clock)),
            waits: Waits::default(),
            compilations: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            pools: AtomicU64::new(0),
            closes_by: OnceLock::new(),
            metrics: self.options.metrics.then(UnknownTargets::default),
            clock: self.clock,
            options: self.options,
        };
        Ok(Host::new(Dispatcher::new(Arc::new(shared), self.layers)))
    }

    fn check_engine(&self) -> Result<(), Error> {
        let (engine, support) = (self.engine.name(), self.engine.support());
        if !support.memory_safe && !self.unsafe_engine {
            return Err(Failure::UnsafeEngine { engine }.into());
        }
        match unenforced(support) {
            Some(what) if !self.unenforced_limits => {
                Err(Failure::EngineSupport { engine, what }.into())
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for HostBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostBuilder")
            .field("engine", &self.engine)
            .field("options", &self.options)
            .field("layers", &self.layers.len())
            .finish_non_exhaustive()
    }
}

/// Returns a limit that the engine does not enforce, if there is one.
fn unenforced(support: Support) -> Option<&'static str> {
    let limits = [
        (support.slices, "deadlines and CPU budgets"),
        (support.memory_limit, "a limit of memory"),
        (support.table_limit, "a limit of table elements"),
        (support.stack_limit, "a limit of the stack"),
        (support.message_limit, "a limit of messages"),
    ];
    let unenforced = limits.into_iter().find(|(enforced, _)| !enforced);
    unenforced.map(|(_, what)| what)
}
