//! Makes instances on threads that may block: engines copy what memory begins with, some even compile
//! the module, and nothing can stop them meanwhile.

use super::Pool;
use super::lease::{Lease, Slot};
use crate::error::StartFault;
use crate::wait::{Cancelled, with_timeout};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::spawn_blocking;

impl Pool {
    /// A new instance, which has `place`.
    ///
    /// Whoever does not wait for it any more does not stop it: it keeps its place while it is being
    /// made, so that there are never more than may be, and serves another call.
    pub(super) async fn make(
        self: &Arc<Self>,
        place: OwnedSemaphorePermit,
    ) -> Result<Lease, StartFault> {
        let timeout = self.starter.deadline;
        let until = self.clock.monotonic().saturating_add(timeout);
        let pool = Arc::clone(self);
        let made = spawn_blocking(move || pool.make_here(until, place));
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
        let guest = self.starter.start(until, || !self.is_closed())?;
        self.gauge.start();
        Ok(Lease::new(self, Slot::new(guest), place))
    }
}
