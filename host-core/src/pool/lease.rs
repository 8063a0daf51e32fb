//! An instance leased to one call.

use super::Pool;
use super::disposal::dispose_charged;
use crate::clock::Budget;
use capwire_wapc::Guest;
use scopeguard::ScopeGuard;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// An instance and its history.
pub(super) struct Slot {
    guest: Guest,
    calls: u64,
}

impl Slot {
    pub(super) fn new(guest: Guest) -> Self {
        Self { guest, calls: 0 }
    }
}

/// A lease of an instance. The instance goes back to the pool by [`give_back`](Self::give_back), or
/// if it was never used. Otherwise it is freed with the lease.
pub(crate) struct Lease {
    since: Duration,
    held: ScopeGuard<Held, fn(Held)>,
}

struct Held {
    pool: Arc<Pool>,
    slot: Slot,
    /// Held until the instance is freed, so that instances that are being freed count, too.
    place: OwnedSemaphorePermit,
    /// Pays for freeing the instance.
    payer: Budget,
}

impl Lease {
    pub(super) fn new(
        pool: Arc<Pool>,
        slot: Slot,
        place: OwnedSemaphorePermit,
        payer: Budget,
    ) -> Self {
        let since = pool.clock.monotonic();
        let held = Held {
            pool,
            slot,
            place,
            payer,
        };
        Self {
            since,
            held: scopeguard::guard(held, Held::let_go),
        }
    }

    /// Returns the instance for the call.
    pub(crate) fn guest(&mut self) -> &mut Guest {
        self.held.slot.calls += 1;
        &mut self.held.slot.guest
    }

    /// Returns whether the instance survived its call.
    pub(crate) fn survived(&self) -> bool {
        self.held.slot.guest.is_alive()
    }

    /// The monotonic time at which the lease began.
    pub(crate) fn since(&self) -> Duration {
        self.since
    }

    /// Gives the instance back after its call, if it can serve another one. Returns whether it
    /// survived the call.
    pub(crate) fn give_back(self) -> bool {
        let survived = self.survived();
        let Held { pool, slot, .. } = &*self.held;
        let took = pool.clock.monotonic().saturating_sub(self.since);
        pool.gauge.record(took);
        if survived && slot.calls < pool.size.calls {
            ScopeGuard::into_inner(self.held).put_back();
        }
        survived
    }
}

impl Held {
    /// Keeps an unused instance for the next call. Otherwise calls with a timeout shorter than the
    /// time to create an instance would never get one.
    fn let_go(self) {
        match self.slot.calls {
            0 => self.put_back(),
            _ => {
                let (clock, payer) = (Arc::clone(&self.pool.clock), self.payer.clone());
                dispose_charged(self, clock, payer);
            }
        }
    }

    fn put_back(self) {
        let Self {
            pool, slot, place, ..
        } = self;
        pool.put_idle(slot);
        // Last, so that the next holder of the place finds the instance.
        drop(place);
    }
}
