//! The store, with concurrent reads and writes.

use crate::change::Change;
use crate::clock::{Clock, Moment};
use crate::error::{Failure, OpenError};
use crate::storage::Storage;
use crate::view::View;
use crate::writer::Writer;
use std::sync::Arc;

/// An open store.
pub(crate) struct Store {
    pub(crate) writer: Writer,
    pub(crate) storage: Arc<Storage>,
    clock: Arc<dyn Clock>,
}

impl Store {
    pub(crate) fn new(storage: Storage, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let storage = Arc::new(storage);
        Ok(Self {
            writer: Writer::start(storage.clone(), clock.clone())?,
            storage,
            clock,
        })
    }

    /// Applies a change. Returns when it is on disk.
    pub(crate) async fn write(&self, change: Change) -> Result<i32, Failure> {
        self.writer.write(change).await
    }

    /// Reads a snapshot on a thread that may wait for the disk.
    pub(crate) async fn read<R: Send + 'static>(
        &self,
        query: impl FnOnce(&View) -> Result<R, Failure> + Send + 'static,
    ) -> Result<R, Failure> {
        let database = self.storage.current()?;
        let now = Moment::of(&*self.clock);
        tokio::task::spawn_blocking(move || query(&View::open(&database, now)?))
            .await
            .map_err(|_| Failure::Stopped)?
    }
}
