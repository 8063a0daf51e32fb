//! The only lock of the host's tables. Writers take turns; readers never wait.

use super::registry::Registry;
use arc_swap::{ArcSwap, Guard};
use std::sync::{Arc, Mutex, PoisonError};

/// The tables of a host. One writer at a time changes them, and readers take snapshots.
#[derive(Default)]
pub(crate) struct Tables {
    writer: Mutex<()>,
    current: ArcSwap<Registry>,
}

impl Tables {
    /// The current snapshot.
    pub(crate) fn read(&self) -> Guard<Arc<Registry>> {
        self.current.load()
    }

    /// Changes the tables. Readers see the whole change, or nothing of it if it fails.
    pub(crate) fn change<T, E>(
        &self,
        change: impl FnOnce(&mut Registry) -> Result<T, E>,
    ) -> Result<T, E> {
        let _turn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Registry::clone(&self.current.load());
        let result = change(&mut next)?;
        self.current.store(Arc::new(next));
        Ok(result)
    }

    /// Changes the tables in a way that cannot fail.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Registry)) {
        let _: Result<(), std::convert::Infallible> = self.change(|registry| {
            change(registry);
            Ok(())
        });
    }
}
