//! An instance on loan to one call.

use super::Pool;
use capwire_wapc::Guest;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// An instance and what is known of it.
pub(super) struct Slot {
    guest: Guest,
    calls: u64,
}

impl Slot {
    pub(super) fn new(guest: Guest) -> Self {
        Self { guest, calls: 0 }
    }
}

/// An instance on loan. It comes back by [`give_back`](Self::give_back), or is dropped with its
/// lease.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    slot: Slot,
    since: Duration,
    place: OwnedSemaphorePermit,
}

impl Lease {
    pub(super) fn new(pool: Arc<Pool>, slot: Slot, place: OwnedSemaphorePermit) -> Self {
        Self {
            since: pool.clock.monotonic(),
            pool,
            slot,
            place,
        }
    }

    /// The instance, for one call.
    pub(crate) fn guest(&mut self) -> &mut Guest {
        self.slot.calls += 1;
        &mut self.slot.guest
    }

    /// Brings the instance back after its call, if it can serve another one. Returns whether it
    /// survived the call.
    pub(crate) fn give_back(self) -> bool {
        let pool = &self.pool;
        let took = pool.clock.monotonic().saturating_sub(self.since);
        pool.gauge.record(took);
        let survived = self.slot.guest.is_alive();
        if survived && self.slot.calls < pool.size.calls {
            pool.put_idle(self.slot);
        }
        // Only now, so that whoever gets the place finds the instance.
        drop(self.place);
        survived
    }
}
