//! The handle by which a provider calls the actor of one of its bindings.

use crate::call::{CallContext, Caller, Dispatcher, Invocation};
use crate::error::{Error, ErrorKind};
use crate::id::{BindingKey, Target};
use crate::state::Revocation;
use bytes::Bytes;
use capwire_provider::{ActorError, ActorHandle, TraceContext, async_trait};
use std::sync::{Arc, Weak};

/// A provider's handle of the actor of one binding. It ends with the binding.
pub(super) struct Handle {
    host: Weak<Dispatcher>,
    binding: BindingKey,
    revocation: Revocation,
}

impl Handle {
    pub(super) fn new(host: &Arc<Dispatcher>, binding: BindingKey, revocation: Revocation) -> Self {
        Self {
            host: Arc::downgrade(host),
            binding,
            revocation,
        }
    }
}

#[async_trait]
impl ActorHandle for Handle {
    async fn call(&self, operation: &str, payload: Bytes) -> Result<Bytes, ActorError> {
        self.send(None, operation, payload).await
    }

    async fn call_traced(
        &self,
        trace: &TraceContext,
        operation: &str,
        payload: Bytes,
    ) -> Result<Bytes, ActorError> {
        self.send(Some(trace), operation, payload).await
    }
}

impl Handle {
    async fn send(
        &self,
        trace: Option<&TraceContext>,
        operation: &str,
        payload: Bytes,
    ) -> Result<Bytes, ActorError> {
        let host = self.host.upgrade().ok_or(ActorError::Stopped)?;
        if self.revocation.is_revoked() {
            return Err(ActorError::Stopped);
        }
        let caller = Caller::Provider(self.binding.provider.clone());
        let target = Target::Actor(self.binding.actor);
        let context = CallContext::of_provider(trace);
        let invocation = Invocation::new(caller, target, operation, payload, context);
        host.dispatch(invocation).await.map_err(actor_error)
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
