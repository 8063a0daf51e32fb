//! An instance on loan to one call.

use super::Pool;
use super::disposal::dispose;
use capwire_wapc::Guest;
use scopeguard::ScopeGuard;
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

/// An instance on loan. It comes back by [`give_back`](Self::give_back), or is freed with its
/// lease.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    since: Duration,
    held: ScopeGuard<Held, fn(Held)>,
}

struct Held {
    slot: Slot,
    /// Taken until the instance is freed, so that those which are being freed count too.
    place: OwnedSemaphorePermit,
}

impl Lease {
    pub(super) fn new(pool: Arc<Pool>, slot: Slot, place: OwnedSemaphorePermit) -> Self {
        Self {
            since: pool.clock.monotonic(),
            pool,
            held: scopeguard::guard(Held { slot, place }, dispose),
        }
    }

    /// The instance, for one call.
    pub(crate) fn guest(&mut self) -> &mut Guest {
        self.held.slot.calls += 1;
        &mut self.held.slot.guest
    }

    /// Brings the instance back after its call, if it can serve another one. Returns whether it
    /// survived the call.
    pub(crate) fn give_back(self) -> bool {
        let pool = &self.pool;
        let took = pool.clock.monotonic().saturating_sub(self.since);
        pool.gauge.record(took);
        let survived = self.held.slot.guest.is_alive();
        if survived && self.held.slot.calls < pool.size.calls {
            let Held { slot, place } = ScopeGuard::into_inner(self.held);
            pool.put_idle(slot);
            // Only now, so that whoever gets the place finds the instance.
            drop(place);
        }
        survived
    }
}
