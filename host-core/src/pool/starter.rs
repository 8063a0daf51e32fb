//! Starts guests of one module.

use crate::clock::{Clock, CpuBudget};
use crate::error::StartFault;
use capwire_wapc::{Guest, Module, ResourceLimits, StartStep, World};
use std::sync::Arc;
use std::time::Duration;

/// Starts guests of one module.
pub(crate) struct Starter {
    pub(crate) module: Arc<dyn Module>,
    pub(crate) limits: ResourceLimits,
    pub(crate) world: Arc<dyn World>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) deadline: Duration,
    pub(crate) cpu_budget: Duration,
}

impl Starter {
    /// Returns a new guest whose start functions have run. Blocks the caller's thread. A guest that is no longer `wanted` is dropped at the end of its slice.
    pub(crate) fn start(
        &self,
        until: Duration,
        wanted: impl Fn() -> bool,
    ) -> Result<Guest, StartFault> {
        let mut budget = CpuBudget::start(&*self.clock, self.cpu_budget, self.limits.slice);
        let mut step = Guest::start(&*self.module, &self.limits, Arc::clone(&self.world))?;
        loop {
            step = match step {
                StartStep::Ready(guest) => return Ok(guest),
                StartStep::Yielded(starting) => {
                    if budget.bill().is_err() {
                        return Err(StartFault::Start(starting.stop()));
                    }
                    if !wanted() || self.clock.monotonic() >= until {
                        return Err(StartFault::Deadline(self.deadline));
                    }
                    starting.resume()?
                }
            };
        }
    }
}
