//! Setters for options, to chain.

use super::{ActorOptions, ChainRule, HostOptions, Instances, ProviderOptions};
use capwire_wapc::ResourceLimits;
use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Duration;

impl ActorOptions {
    /// Sets the [`limits`](Self::limits) of each instance.
    #[must_use]
    pub fn with_limits(mut self, limits: ResourceLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the [`deadline`](Self::deadline) of a call.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the [`cpu_budget`](Self::cpu_budget) of a call.
    #[must_use]
    pub fn with_cpu_budget(mut self, cpu_budget: Duration) -> Self {
        self.cpu_budget = cpu_budget;
        self
    }

    /// Sets the [`start_deadline`](Self::start_deadline) of an instance.
    #[must_use]
    pub fn with_start_deadline(mut self, start_deadline: Duration) -> Self {
        self.start_deadline = start_deadline;
        self
    }

    /// Sets the rule for calls [for other actors](Self::chain).
    #[must_use]
    pub fn with_chain(mut self, chain: ChainRule) -> Self {
        self.chain = chain;
        self
    }

    /// Sets the [`instances`](Self::instances).
    #[must_use]
    pub fn with_instances(mut self, instances: Instances) -> Self {
        self.instances = instances;
        self
    }

    /// Sets the [`calls_per_instance`](Self::calls_per_instance).
    #[must_use]
    pub fn with_calls_per_instance(mut self, calls: impl Into<Option<NonZeroU64>>) -> Self {
        self.calls_per_instance = calls.into();
        self
    }

    /// Sets the length of the [`queue`](Self::queue).
    #[must_use]
    pub fn with_queue(mut self, queue: usize) -> Self {
        self.queue = queue;
        self
    }
}

impl HostOptions {
    /// Sets the options of [`actors`](Self::actors) that are started without their own.
    #[must_use]
    pub fn with_actors(mut self, actors: ActorOptions) -> Self {
        self.actors = actors;
        self
    }

    /// Sets the [`call_depth`](Self::call_depth).
    #[must_use]
    pub fn with_call_depth(mut self, call_depth: NonZeroUsize) -> Self {
        self.call_depth = call_depth;
        self
    }

    /// Sets the time to [`drain`](Self::drain) calls.
    #[must_use]
    pub fn with_drain(mut self, drain: Duration) -> Self {
        self.drain = drain;
        self
    }

    /// Sets the time to [`bind`](Self::bind) an actor.
    #[must_use]
    pub fn with_bind(mut self, bind: Duration) -> Self {
        self.bind = bind;
        self
    }

    /// Sets the options of [`providers`](Self::providers).
    #[must_use]
    pub fn with_providers(mut self, providers: ProviderOptions) -> Self {
        self.providers = providers;
        self
    }

    /// Sets the number of [`compilations`](Self::compilations) at once.
    #[must_use]
    pub fn with_compilations(mut self, compilations: NonZeroUsize) -> Self {
        self.compilations = compilations;
        self
    }

    /// Sets the number of [`events`](Self::events) that are kept for a slow listener.
    #[must_use]
    pub fn with_events(mut self, events: NonZeroUsize) -> Self {
        self.events = events;
        self
    }

    /// Sets whether calls are counted and timed for [`metrics`](Self::metrics).
    #[must_use]
    pub fn with_metrics(mut self, metrics: bool) -> Self {
        self.metrics = metrics;
        self
    }
}
