//! A call: its caller, target, message and context.

use super::context::CallContext;
use crate::id::{Origin, ProviderId, Target};
use crate::state::Generation;
use bytes::Bytes;
use capwire_provider::TraceContext;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A call on its path through the middleware to its target.
///
/// Only the host creates invocations, so middleware cannot forge an origin. Middleware may read all
/// of it and replace the payload. After all middleware, the host decides whether the call is
/// allowed, based on the claims that travel with the call.
#[derive(Clone)]
pub struct Invocation {
    caller: Caller,
    target: Target,
    operation: Arc<str>,
    payload: Bytes,
    context: CallContext,
    /// True if the caller repeats the call should the target not read its dialect.
    repeats: bool,
}

/// The caller, with its authority.
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
            repeats: false,
        }
    }

    /// Returns the same call, which the caller `repeats` should the target not read its dialect.
    pub(crate) fn repeated(mut self, repeats: bool) -> Self {
        self.repeats = repeats;
        self
    }

    /// Returns the same call with an earlier deadline.
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

    /// The target of the call.
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

    /// Returns the same call with another message.
    #[must_use]
    pub fn with_payload(mut self, payload: impl Into<Bytes>) -> Self {
        self.payload = payload.into();
        self
    }

    /// Returns the deadline of the call, in the [monotonic](crate::Clock::monotonic) time of the
    /// host's clock. The target's own deadline may be earlier.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.context.deadline
    }

    /// Returns the number of actors in the chain that waits for the answer.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.context.chain.depth()
    }

    /// Returns the call's span in its trace.
    #[must_use]
    pub fn trace(&self) -> &TraceContext {
        &self.context.trace
    }

    pub(super) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(super) fn repeats(&self) -> bool {
        self.repeats
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
