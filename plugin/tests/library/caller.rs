//! The actor and the budget of calls to providers that misbehave.
#![allow(clippy::unwrap_used, dead_code, reason = "tests; each uses a part")]

use bytes::Bytes;
use capwire_provider::{ActorCall, ActorError, ActorHandle, BindingId, CallLimits, async_trait};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// An actor that answers with its message, twice.
pub(crate) struct Twice;

#[async_trait]
impl ActorHandle for Twice {
    async fn call(&self, call: ActorCall<'_>) -> Result<Bytes, ActorError> {
        match call.payload.as_ref() {
            b"stop" => Err(ActorError::Stopped),
            b"busy" => Err(ActorError::Busy {
                retry_after: Duration::from_millis(1500),
            }),
            payload => Ok([payload, payload].concat().into()),
        }
    }
}

/// A budget in nanoseconds.
#[derive(Clone)]
pub(crate) struct Budget(pub(crate) Arc<AtomicU64>);

impl CallLimits for Budget {
    fn time_left(&self) -> Option<Duration> {
        None
    }

    fn is_given_up(&self) -> bool {
        false
    }

    fn thread_cpu(&self) -> Duration {
        Duration::ZERO
    }

    fn charge(&self, cpu: Duration) -> bool {
        let cpu = u64::try_from(cpu.as_nanos()).unwrap();
        let left = self.0.load(Ordering::SeqCst).saturating_sub(cpu);
        self.0.store(left, Ordering::SeqCst);
        left > 0
    }

    fn shared(&self) -> Arc<dyn CallLimits> {
        Arc::new(self.clone())
    }
}

pub(crate) fn id() -> BindingId {
    BindingId {
        actor: "MACTOR".into(),
        name: "default".into(),
    }
}
