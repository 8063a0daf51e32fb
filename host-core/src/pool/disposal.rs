//! Frees instances and providers on threads that may block, because returning the memory that a guest
//! has written takes longer than a slice, and a provider may wait for a disk.

use crate::clock::{Budget, Clock};
use std::sync::Arc;
use tokio::runtime::Handle;

/// Drops `what` on a thread that may block, or on this thread if the runtime has ended.
pub(crate) fn dispose(what: impl Send + 'static) {
    match Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(move || drop(what))),
        Err(_) => drop(what),
    }
}

/// Drops `what` as [`dispose`] does, and charges the CPU time to `payer`.
pub(super) fn dispose_charged(what: impl Send + 'static, clock: Arc<dyn Clock>, payer: Budget) {
    dispose(scopeguard::guard(what, move |what| {
        let before = clock.thread_cpu();
        drop(what);
        // A call that has used up its budget ends at its next step.
        let _ = payer.charge(clock.thread_cpu().saturating_sub(before));
    }));
}
