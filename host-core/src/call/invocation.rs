//! One call on its way: its caller, target, message and context.

use super::context::CallContext;
use crate::id::{Origin, ProviderId, Target};
use crate::state::Generation;
use bytes::Bytes;
use capwire_provider::TraceContext;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A call on its way through the middleware to its target.
///
/// Only the host makes one, so nobody can forge an origin. Middleware may read all of it and replace
/// the payload. The host decides whether the call is allowed after all middleware, from the claims
/// that travel with the call.
#[derive(Clone)]
pub struct Invocation {
    caller: Caller,
    target: Target,
    operation: Arc<str>,
    payload: Bytes,
    context: CallContext,
}

/// The caller with its authority.
#[derive(Clone)]
pub(crate) enum Caller {
    Host,
    Provider(ProviderId),
    Actor(Arc<Generation>),
}

impl Invocation {
    pub(crate) fn new(
        caller: Caller,
        target: Target,
        operation: &str,
        payload: Bytes,
        context: CallContext,
    ) -> Self {
        Self {
            caller,
            target,
            operation: operation.into(),
            payload,
            context,
        }
    }

    /// The same call with an earlier deadline.
    pub(super) fn within(mut self, deadline: Duration) -> Self {
        self.context.deadline = self.context.deadline.min(deadline);
        self
    }

    /// The caller.
    #[must_use]
    pub fn origin(&self) -> Origin {
        match &self.caller {
            Caller::Host => Origin::Host,
            Caller::Provider(id) => Origin::Provider(id.clone()),
            Caller::Actor(generation) => Origin::Actor(generation.id()),
        }
    }

    /// The callee.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The operation.
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

    /// The time by which the call must be answered, in the [monotonic](crate::Clock::monotonic)
    /// time of the host's clock. An actor's own deadline may come sooner.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.context.deadline
    }

    /// The number of actors that wait for the answer, one behind the other.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.context.chain.depth()
    }

    /// The step of a trace that this call is.
    #[must_use]
    pub fn trace(&self) -> &TraceContext {
        &self.context.trace
    }

    pub(super) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(super) fn context(&self) -> &CallContext {
        &self.context
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
