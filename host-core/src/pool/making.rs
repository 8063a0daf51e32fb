//! Creates instances on threads that may block. Engines copy the initial memory, some compile the
//! module, and none can be interrupted while it does.

use super::Pool;
use super::lease::{Lease, Slot};
use crate::clock::Budget;
use crate::error::StartFault;
use crate::wait::{Cancelled, with_timeout};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::spawn_blocking;

/// Returns the most threads that create instances of one pool at once: two for each core, which is
/// the default number of instances, and at least four.
pub(super) fn at_once() -> usize {
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    (2 * cores).max(4)
}

impl Pool {
    /// Creates an instance that occupies `place`. The CPU time is charged to `payer`.
    ///
    /// A caller that gives up does not stop it. The instance occupies its place from the start, so
    /// there are never too many, and then serves another call.
    pub(super) async fn make(
        self: &Arc<Self>,
        place: OwnedSemaphorePermit,
        payer: Budget,
    ) -> Result<Lease, StartFault> {
        let makers = Arc::clone(&self.makers).acquire_owned().await;
        let timeout = self.starter.deadline;
        let until = self.clock.monotonic().saturating_add(timeout);
        let pool = Arc::clone(self);
        let made = spawn_blocking(move || {
            let _maker = makers;
            pool.make_here(until, place, payer)
        });
        match with_timeout(&*self.clock, until, made).await {
            Ok(made) => made.unwrap_or(Err(StartFault::Panic)),
            Err(Cancelled) => Err(StartFault::Deadline(timeout)),
        }
    }

    fn make_here(
        self: Arc<Self>,
        until: Duration,
        place: OwnedSemaphorePermit,
        payer: Budget,
    ) -> Result<Lease, StartFault> {
        let before = self.clock.thread_cpu();
        let started = self.starter.start(until, || !self.is_closed());
        // A call that has used up its budget ends at its next step. An instance that could not
        // start has its cost, too.
        let _ = payer.charge(self.clock.thread_cpu().saturating_sub(before));
        let slot = Slot::new(started?);
        self.gauge.start();
        Ok(Lease::new(self, slot, place, payer))
    }
}
