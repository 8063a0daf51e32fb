//! One call on its way: who asks whom for what.

use crate::chain::Chain;
use crate::generation::Generation;
use crate::id::{ActorId, BindingName, ContractId, ProviderId};
use crate::trace;
use bytes::Bytes;
use capwire_provider::TraceContext;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A call on its way through the middleware to its target.
///
/// Only the host makes one, so that nobody can forge an origin. Middleware may read all of it and
/// exchange the payload; whether the call is allowed is decided after all middleware, from claims
/// that travel with it.
#[derive(Clone)]
pub struct Invocation {
    caller: Caller,
    target: Target,
    operation: Arc<str>,
    payload: Bytes,
    deadline: Duration,
    chain: Chain,
    trace: TraceContext,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// Whoever holds the [`Host`](crate::Host).
    Host,
    /// A provider, for a binding of the actor that it calls.
    Provider(ProviderId),
    /// An actor.
    Actor(ActorId),
}

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// An actor.
    Actor(ActorId),
    /// A capability, by a binding of the caller.
    Capability(ProviderId),
}

/// Who asks, with what it may do.
#[derive(Clone)]
pub(crate) enum Caller {
    Host,
    Provider(ProviderId),
    Actor(Arc<Generation>),
}

impl Invocation {
    pub(crate) fn new(caller: Caller, target: Target, operation: &str, payload: Bytes) -> Self {
        Self {
            caller,
            target,
            operation: operation.into(),
            payload,
            deadline: Duration::MAX,
            chain: Chain::default(),
            trace: trace::next(),
        }
    }

    /// The same call, to be answered by then.
    pub(crate) fn within(mut self, deadline: Duration) -> Self {
        self.deadline = self.deadline.min(deadline);
        self
    }

    /// The same call as part of those that wait for it.
    pub(crate) fn inside(mut self, chain: Chain) -> Self {
        self.chain = chain;
        self
    }

    /// The same call as this step of a trace.
    pub(crate) fn traced(mut self, trace: TraceContext) -> Self {
        self.trace = trace;
        self
    }

    /// Who asks.
    #[must_use]
    pub fn origin(&self) -> Origin {
        match &self.caller {
            Caller::Host => Origin::Host,
            Caller::Provider(id) => Origin::Provider(id.clone()),
            Caller::Actor(generation) => Origin::Actor(generation.id()),
        }
    }

    /// Who is asked.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// For what.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The message.
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// The same call with another message.
    #[must_use]
    pub fn with_payload(mut self, payload: impl Into<Bytes>) -> Self {
        self.payload = payload.into();
        self
    }

    /// When it must be answered, by the [monotonic](crate::Clock::monotonic) time of the host's
    /// clock. An actor's own deadline may come sooner.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// How many actors wait for the answer, one behind the other.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.chain.depth()
    }

    /// To which trace it belongs, and as which step.
    #[must_use]
    pub fn trace(&self) -> &TraceContext {
        &self.trace
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }
}

impl Target {
    /// The capability `contract` by the binding `name`.
    pub(crate) fn capability(contract: ContractId, name: BindingName) -> Self {
        Self::Capability(ProviderId { contract, name })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("the host"),
            Self::Provider(id) => fmt::Display::fmt(id, f),
            Self::Actor(id) => fmt::Display::fmt(id, f),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Actor(id) => fmt::Display::fmt(id, f),
            Self::Capability(id) => fmt::Display::fmt(id, f),
        }
    }
}

impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Payloads may be secrets and megabytes.
        f.debug_struct("Invocation")
            .field("origin", &self.origin())
            .field("target", &self.target)
            .field("operation", &self.operation)
            .field("payload_bytes", &self.payload.len())
            .field("depth", &self.depth())
            .finish_non_exhaustive()
    }
}
