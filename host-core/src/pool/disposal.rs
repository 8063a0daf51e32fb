//! Frees instances away from the async threads: to give back memory that a guest has written takes
//! longer than the slice that others wait for.

use tokio::runtime::Handle;

/// Drops `what` on a thread for work that blocks, or here if there is no runtime any more.
pub(super) fn dispose(what: impl Send + 'static) {
    match Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(move || drop(what))),
        Err(_) => drop(what),
    }
}
