//! The handle with which a provider calls the actor of one of its bindings.

use crate::call::{CallContext, Caller, Dispatcher, Invocation};
use crate::error::{CallFailure, Error, ErrorKind};
use crate::id::{BindingKey, Target};
use crate::report::{CallCounters, Outcome};
use crate::state::Revocation;
use bytes::Bytes;
use capwire_provider::{ActorCall, ActorError, ActorHandle, TraceId, async_trait};
use std::sync::{Arc, Weak};
use tracing::field::display;

/// A provider's handle to the actor of one binding. It ends with the binding.
pub(super) struct Handle {
    host: Weak<Dispatcher>,
    binding: BindingKey,
    revocation: Revocation,
    /// The counters of the version that has the handle.
    counters: Arc<CallCounters>,
}

impl Handle {
    pub(super) fn new(
        host: &Arc<Dispatcher>,
        binding: BindingKey,
        revocation: Revocation,
        counters: Arc<CallCounters>,
    ) -> Self {
        Self {
            host: Arc::downgrade(host),
            binding,
            revocation,
            counters,
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
        let most = self.most(&host);
        if call.payload.len() > most {
            // The sender's fault, such as an HTTP client's, and no failure of the actor.
            return Err(ActorError::TooLong { most });
        }
        let caller = Caller::Provider(self.binding.provider.clone());
        let target = Target::Actor(self.binding.actor);
        let context = CallContext::of_provider(call.trace);
        let invocation = Invocation::new(caller, target, call.operation, call.payload, context);
        let invocation = invocation.repeated(call.repeats);
        let trace = invocation.trace().trace_id();
        let mut counted = scopeguard::guard(Outcome::Abandoned, |how| self.counters.record(how));
        let called = host.dispatch(invocation).await;
        *counted = Outcome::of(&called);
        drop(counted);
        called.map_err(|error| {
            self.log(&host, &error, trace);
            actor_error(error)
        })
    }

    fn max_message(&self) -> usize {
        let host = self.host.upgrade();
        host.map_or(usize::MAX, |host| self.most(&host))
    }
}

impl Handle {
    /// Returns the maximum size of a message to the actor in bytes.
    fn most(&self, host: &Dispatcher) -> usize {
        let tables = host.shared().tables.read();
        let actor = tables.actor(self.binding.actor);
        actor.map_or(usize::MAX, |actor| {
            actor.generation().options().limits.message_bytes
        })
    }

    /// Logs a failure of the actor once. Others know of a busy, stopped or denied one.
    fn log(&self, host: &Dispatcher, error: &Error, trace_id: TraceId) {
        let text = match (error.call_failure(), error.kind()) {
            (Some(failure), _) if failure.is_repeated() => return,
            (Some(_), _) => error.report(),
            (None, kind) if is_known(kind) => return,
            (None, _) => {
                let id = self.binding.actor;
                let tables = host.shared().tables.read();
                let name = tables
                    .actor(id)
                    .map(|actor| actor.generation().name().to_owned());
                let name = name.unwrap_or_default();
                format!("{name} ({}): {}", id.short(), error.brief())
            }
        };
        let binding = self.binding.provider.name.as_str();
        let source = display(self.binding.actor);
        tracing::warn!(target: "capwire::fault", binding, %trace_id, log_source = source, "{text}");
    }
}

/// Returns true for errors that the host logs elsewhere, or that are not the actor's.
fn is_known(kind: ErrorKind) -> bool {
    use ErrorKind::{Busy, Closed, Denied, NotFound, Stopped, Unverified};
    matches!(
        kind,
        Busy | Closed | Denied | NotFound | Stopped | Unverified
    )
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
        _ if let Some(retry_after) = error.retry_after() => ActorError::Unavailable { retry_after },
        _ => ActorError::Failed(error.report()),
    }
}

fn refuses_dialect(error: &Error) -> bool {
    let failure = error.call_failure();
    failure.is_some_and(|failure| CallFailure::refuses_dialect(failure.cause()))
}
