//! The cancellation of the work for a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells threads that work for a call when nobody waits for it any more. Clones share it.
///
/// The default is that of a call from the program that owns the host: it is never cancelled,
/// because the future of such a call ends with its caller.
#[derive(Clone, Default)]
pub(super) struct Cancellation(Option<Arc<AtomicBool>>);

impl Cancellation {
    pub(super) fn new() -> Self {
        Self(Some(Arc::default()))
    }

    pub(super) fn cancel(&self) {
        if let Some(cancelled) = &self.0 {
            cancelled.store(true, Ordering::Release);
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        let cancelled = self.0.as_ref();
        cancelled.is_some_and(|cancelled| cancelled.load(Ordering::Acquire))
    }
}
