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

/// An instance on loan. It comes back by [`give_back`](Self::give_back), or because it was never
/// used; else it is freed with its lease.
pub(crate) struct Lease {
    since: Duration,
    held: ScopeGuard<Held, fn(Held)>,
}

struct Held {
    pool: Arc<Pool>,
    slot: Slot,
    /// Taken until the instance is freed, so that those which are being freed count too.
    place: OwnedSemaphorePermit,
}

impl Lease {
    pub(super) fn new(pool: Arc<Pool>, slot: Slot, place: OwnedSemaphorePermit) -> Self {
        Self {
            since: pool.clock.monotonic(),
            held: scopeguard::guard(Held { pool, slot, place }, Held::let_go),
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
        let Held { pool, slot, .. } = &*self.held;
        let took = pool.clock.monotonic().saturating_sub(self.since);
        pool.gauge.record(took);
        let survived = slot.guest.is_alive();
        if survived && slot.calls < pool.size.calls {
            ScopeGuard::into_inner(self.held).put_back();
        }
        survived
    }
}

impl Held {
    /// One that was made for a call which gave up meanwhile is there for the next one: else calls that
    /// are less patient than it takes to make one would never find any.
    fn let_go(self) {
        match self.slot.calls {
            0 => self.put_back(),
            _ => dispose(self),
        }
    }

    fn put_back(self) {
        let Self { pool, slot, place } = self;
        pool.put_idle(slot);
        // Only now, so that whoever gets the place finds the instance.
        drop(place);
    }
}
