//! Lends a plain guest its host: the one use of `unsafe` in this crate.
//!
//! The functions of a wasmtime store must not borrow anything, but a host is borrowed for one call. So
//! a thread-local variable points to the host while the guest runs, and the imports read it.

use capwire_wapc::HostCalls;
use std::cell::Cell;
use std::mem;
use std::ptr::NonNull;

/// A host whose lifetime is not in its type. See [`lend`] for how long it lives.
type Lent = NonNull<dyn HostCalls + 'static>;

thread_local! {
    static HOST: Cell<Option<Lent>> = const { Cell::new(None) };
}

/// Runs `run`. Inside it, [`with`] finds `host`.
pub(crate) fn lend<T>(host: &mut dyn HostCalls, run: impl FnOnce() -> T) -> T {
    let host = NonNull::from(host);
    #[expect(unsafe_code, reason = "a static cannot hold a borrow")]
    // SAFETY: only the lifetime differs between the two types. The pointer is in `HOST` at most
    // until `_restored` is dropped, which is before this function returns or unwinds; `host` is
    // borrowed that long. Since `HOST` is this thread's own, nobody else sees it.
    let host = unsafe { mem::transmute::<NonNull<dyn HostCalls + '_>, Lent>(host) };
    let _restored = Restored(HOST.replace(Some(host)));
    run()
}

/// Runs `use_host` with the host that this thread was lent last, if there is one.
pub(crate) fn with<T>(use_host: impl FnOnce(&mut dyn HostCalls) -> T) -> Option<T> {
    let mut host = HOST.take()?;
    let _restored = Restored(Some(host));
    #[expect(unsafe_code, reason = "a static cannot hold a borrow")]
    // SAFETY: `lend` put the pointer there and has not ended, so it is valid. It was made of the
    // only reference to the host, which nobody can use meanwhile, and no other is made of it,
    // since it is not in `HOST` while this one lives: `_restored` is dropped after it.
    let host = unsafe { host.as_mut() };
    Some(use_host(host))
}

/// A guard that restores the previous host when it is dropped, also if a host panics.
struct Restored(Option<Lent>);

impl Drop for Restored {
    fn drop(&mut self) {
        HOST.set(self.0);
    }
}

#[cfg(test)]
mod tests;
