//! The store, with concurrent reads and writes.

use crate::change::Change;
use crate::clock::{Clock, Moment};
use crate::error::{Failure, OpenError};
use crate::storage::Storage;
use crate::view::View;
use crate::writer::Writer;
use capwire_provider::{BlockingPool, Call};
use std::sync::Arc;

/// An open store.
pub(crate) struct Store {
    pub(crate) writer: Writer,
    pub(crate) storage: Arc<Storage>,
    readers: BlockingPool,
    clock: Arc<dyn Clock>,
}

impl Store {
    pub(crate) fn new(storage: Storage, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let storage = Arc::new(storage);
        Ok(Self {
            writer: Writer::start(storage.clone(), clock.clone())?,
            storage,
            readers: BlockingPool::default(),
            clock,
        })
    }

    /// Applies a change for `call`. Returns when it is on disk.
    pub(crate) async fn write(&self, call: &Call<'_>, change: Change) -> Result<i32, Failure> {
        self.writer.write(call, change).await
    }

    /// Reads a snapshot for `call`, on a thread that may wait for the disk.
    pub(crate) async fn read<R: Send + 'static>(
        &self,
        call: &Call<'_>,
        query: impl FnOnce(&View<'_>) -> Result<R, Failure> + Send + 'static,
    ) -> Result<R, Failure> {
        let database = self.storage.current()?;
        let now = Moment::of(&*self.clock);
        let read = self
            .readers
            .run(call, move |work| query(&View::open(&database, now, work)?));
        read.await
    }
}
