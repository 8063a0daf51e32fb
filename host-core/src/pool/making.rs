//! Creates instances on threads that may block. Engines copy the initial memory, some compile the
//! module, and none can be interrupted while it does.

use super::Pool;
use super::lease::{Lease, Slot};
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
    /// Creates an instance that occupies `place`.
    ///
    /// A caller that gives up does not stop it. The instance occupies its place from the start, so
    /// there are never too many, and then serves another call.
    pub(super) async fn make(
        self: &Arc<Self>,
        place: OwnedSemaphorePermit,
    ) -> Result<Lease, StartFault> {
        let makers = Arc::clone(&self.makers).acquire_owned().await;
        let timeout = self.starter.deadline;
        let until = self.clock.monotonic().saturating_add(timeout);
        let pool = Arc::clone(self);
        let made = spawn_blocking(move || {
            let _maker = makers;
            pool.make_here(until, place)
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
    ) -> Result<Lease, StartFault> {
        let (guest, cpu) = self.starter.start(until, || !self.is_closed())?;
        self.gauge.start();
        Ok(Lease::new(self, Slot::new(guest), place).started(cpu))
    }
}
