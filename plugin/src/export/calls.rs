//! What a provider sees of one call, and of the actor of a binding.

use crate::export::host::Host;
use crate::export::running::Asked;
use crate::status;
use bytes::Bytes;
use capwire_provider::{
    ActorCall, ActorError, ActorHandle, CallAuthority, CallLimits, async_trait,
};
use rustix::time::{ClockId, clock_gettime};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The limits and the authority of one call.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) host: Arc<dyn Host>,
    pub(crate) request: u64,
    pub(crate) deadline: Option<Instant>,
    pub(crate) given_up: Arc<AtomicBool>,
}

impl CallLimits for Terms {
    fn time_left(&self) -> Option<Duration> {
        Some(self.deadline?.saturating_duration_since(Instant::now()))
    }

    fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Acquire)
    }

    fn thread_cpu(&self) -> Duration {
        thread_cpu()
    }

    fn charge(&self, cpu: Duration) -> bool {
        let nanoseconds = u64::try_from(cpu.as_nanos()).unwrap_or(u64::MAX);
        self.host.charge(self.request, nanoseconds)
    }

    fn shared(&self) -> Arc<dyn CallLimits> {
        Arc::new(self.clone())
    }
}

impl CallAuthority for Terms {
    fn may_use(&self, operation: &str, resource: &str) -> bool {
        self.host.may_use(self.request, operation, resource)
    }
}

/// Returns the CPU time of this thread.
pub(crate) fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(seconds, nanoseconds)
}

/// The actor of a binding.
pub(crate) struct Actor {
    pub(crate) host: Arc<dyn Host>,
    pub(crate) binding: u64,
    pub(crate) max_message: usize,
    pub(crate) asked: Arc<Asked>,
}

#[async_trait]
impl ActorHandle for Actor {
    async fn call(&self, call: ActorCall<'_>) -> Result<Bytes, ActorError> {
        let (number, outcome) = self.asked.begin();
        self.host
            .call_actor(number, self.binding, call.operation, &call.payload);
        let (status, message) = outcome.await.map_err(|_| ActorError::Stopped)?;
        status::actor_outcome(status, message)
    }

    fn max_message(&self) -> usize {
        self.max_message
    }
}
