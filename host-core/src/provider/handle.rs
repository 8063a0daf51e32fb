//! The handle with which a provider calls the actor of one of its bindings.

use crate::call::{CallContext, Caller, Dispatcher, Invocation};
use crate::error::{CallFailure, Error, ErrorKind};
use crate::id::{BindingKey, Target};
use crate::state::Revocation;
use bytes::Bytes;
use capwire_provider::{ActorCall, ActorError, ActorHandle, Dialect, async_trait};
use capwire_wapc::CallError;
use std::sync::{Arc, Weak};

/// A provider's handle to the actor of one binding. It ends with the binding.
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
    async fn call(&self, call: ActorCall<'_>) -> Result<Bytes, ActorError> {
        let host = self.host.upgrade().ok_or(ActorError::Stopped)?;
        if self.revocation.is_revoked() {
            return Err(ActorError::Stopped);
        }
        let caller = Caller::Provider(self.binding.provider.clone());
        let target = Target::Actor(self.binding.actor);
        let context = CallContext::of_provider(call.trace);
        let invocation = Invocation::new(caller, target, call.operation, call.payload, context);
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
        _ if refuses_dialect(&error) => ActorError::Unreadable(error.report()),
        _ => ActorError::Failed(error.report()),
    }
}

fn refuses_dialect(error: &Error) -> bool {
    match error.call_failure().map(CallFailure::cause) {
        Some(CallError::Guest(error)) => Dialect::is_refused(&error.message),
        _ => false,
    }
}
