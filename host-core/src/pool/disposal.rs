//! Frees instances and providers on threads that may block, because returning the memory that a guest
//! has written takes longer than a slice, and a provider may wait for a disk.

use tokio::runtime::Handle;

/// Drops `what` on a thread that may block, or on this thread if the runtime has ended.
pub(crate) fn dispose(what: impl Send + 'static) {
    match Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(move || drop(what))),
        Err(_) => drop(what),
    }
}
