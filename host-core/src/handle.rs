//! The way back: from a provider to the actor of one of its bindings.

use crate::chain::Chain;
use crate::error::{Error, ErrorKind};
use crate::id::BindingKey;
use crate::invocation::{Caller, Invocation, Target};
use crate::shared::Shared;
use crate::trace;
use bytes::Bytes;
use capwire_provider::{ActorError, ActorHandle, TraceContext, async_trait};
use std::sync::Weak;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a provider holds of a binding's actor. It ends with the binding.
pub(crate) struct Handle {
    host: Weak<Shared>,
    binding: BindingKey,
    revoked: AtomicBool,
}

impl Handle {
    pub(crate) fn new(host: Weak<Shared>, binding: BindingKey) -> Self {
        Self {
            host,
            binding,
            revoked: AtomicBool::new(false),
        }
    }

    /// The binding has ended: the provider no longer reaches the actor.
    pub(crate) fn revoke(&self) {
        self.revoked.store(true, Ordering::Release);
    }
}

#[async_trait]
impl ActorHandle for Handle {
    async fn call(&self, operation: &str, payload: Bytes) -> Result<Bytes, ActorError> {
        self.send(trace::next(), operation, payload).await
    }

    async fn call_traced(
        &self,
        trace: &TraceContext,
        operation: &str,
        payload: Bytes,
    ) -> Result<Bytes, ActorError> {
        self.send(trace.child(), operation, payload).await
    }
}

impl Handle {
    async fn send(
        &self,
        trace: TraceContext,
        operation: &str,
        payload: Bytes,
    ) -> Result<Bytes, ActorError> {
        let host = self.host.upgrade().ok_or(ActorError::Stopped)?;
        if self.revoked.load(Ordering::Acquire) {
            return Err(ActorError::Stopped);
        }
        let caller = Caller::Provider(self.binding.provider.clone());
        let target = Target::Actor(self.binding.actor);
        let invocation = Invocation::new(caller, target, operation, payload)
            .inside(Chain::current())
            .traced(trace);
        host.submit(invocation).await.map_err(actor_error)
    }
}

fn actor_error(error: Error) -> ActorError {
    match error.kind() {
        ErrorKind::Busy => ActorError::Busy {
            retry_after: error.retry_after().unwrap_or_default(),
        },
        ErrorKind::Timeout => ActorError::Timeout,
        ErrorKind::Stopped | ErrorKind::Closed | ErrorKind::NotFound | ErrorKind::Unverified => {
            ActorError::Stopped
        }
        _ => ActorError::Failed(error.report()),
    }
}
