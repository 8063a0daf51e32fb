//! The limits of a provider's work for a call.

use super::cancellation::Cancellation;
use super::context::CallContext;
use crate::clock::{Budget, Clock};
use capwire_provider::CallLimits;
use std::sync::Arc;
use std::time::Duration;

/// The limits of one call, for work on any thread.
#[derive(Clone)]
pub(super) struct Limits {
    clock: Arc<dyn Clock>,
    deadline: Duration,
    budget: Budget,
    cancellation: Cancellation,
}

impl Limits {
    pub(super) fn new(clock: &Arc<dyn Clock>, context: &CallContext) -> Self {
        Self {
            clock: Arc::clone(clock),
            deadline: context.deadline,
            budget: context.budget.clone(),
            cancellation: context.cancellation.clone(),
        }
    }
}

impl CallLimits for Limits {
    fn time_left(&self) -> Option<Duration> {
        let left = self.deadline.saturating_sub(self.clock.monotonic());
        (self.deadline < Duration::MAX).then_some(left)
    }

    fn is_given_up(&self) -> bool {
        self.cancellation.is_cancelled() || self.clock.monotonic() >= self.deadline
    }

    fn thread_cpu(&self) -> Duration {
        self.clock.thread_cpu()
    }

    fn charge(&self, cpu: Duration) -> bool {
        self.budget.charge(cpu).is_ok()
    }

    fn shared(&self) -> Arc<dyn CallLimits> {
        Arc::new(self.clone())
    }
}
