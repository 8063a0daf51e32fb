//! The store, with concurrent reads and writes.

use crate::clock::{Clock, Moment};
use crate::error::{Failure, OpenError};
use crate::file;
use crate::schema::Schema;
use crate::storage::Storage;
use crate::writer::Writer;
use capwire_provider::{BlockingPool, Call, Work};
use redb::Database;
use std::path::Path;
use std::sync::Arc;

/// An open store. When it is dropped, queued writes are still written.
pub struct Store<S: Schema> {
    writer: Writer<S>,
    storage: Arc<Storage>,
    readers: BlockingPool,
    clock: Arc<dyn Clock>,
}

impl<S: Schema> Store<S> {
    /// Opens the store in `directory`. A missing directory is created, readable only by its owner.
    /// No other process can open the store until this value is dropped.
    ///
    /// Blocks while the disk works. It reads and checks the whole file, so a large one takes longer.
    ///
    /// # Errors
    /// Returns [`OpenError`] if the directory is in use or unreadable, or contains something else.
    pub fn open(directory: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let directory = directory.to_owned();
        let storage = Storage::open(move |check| file::open::<S>(&directory, check))?;
        Self::new(storage, clock)
    }

    /// Starts the writer of a storage.
    ///
    /// # Errors
    /// Returns [`OpenError::Writer`] if the operating system gives no thread.
    pub fn new(storage: Storage, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let storage = Arc::new(storage);
        Ok(Self {
            writer: Writer::start(storage.clone(), clock.clone())?,
            storage,
            readers: BlockingPool::default(),
            clock,
        })
    }

    /// Returns the writer.
    pub fn writer(&self) -> &Writer<S> {
        &self.writer
    }

    /// Returns the time.
    pub fn now(&self) -> Moment {
        Moment::of(&*self.clock)
    }

    /// Returns the open database.
    ///
    /// # Errors
    /// Returns [`Failure::Stopped`] while it is opened again after a failure.
    pub fn database(&self) -> Result<Arc<Database>, Failure> {
        self.storage.current()
    }

    /// Applies a change for `call`. Returns when it is on disk.
    ///
    /// # Errors
    /// Returns [`Failure::Refused`] if the change is wrong, [`Failure::QueueFull`] if too many bytes
    /// wait, and other failures if it may or may not have taken effect.
    pub async fn write(&self, call: &Call<'_>, change: S::Change) -> Result<S::Answer, Failure> {
        let actor = &call.binding.actor;
        self.writer.write(actor, call.token(), change).await
    }

    /// Reads the state on disk for `call`, on a thread that may wait for the disk.
    ///
    /// # Errors
    /// Returns the failures of `query`, and those of the storage.
    pub async fn read<R: Send + 'static>(
        &self,
        call: &Call<'_>,
        query: impl FnOnce(&Database, Moment, &Work) -> Result<R, Failure> + Send + 'static,
    ) -> Result<R, Failure> {
        let database = self.storage.current()?;
        let now = self.now();
        let read = self
            .readers
            .run(call, move |work| query(&database, now, work));
        read.await
    }
}
