//! The open database, and how to come back after it failed.

use crate::error::{Failure, OpenError};
use arc_swap::ArcSwapOption;
use redb::Database;
use std::sync::Arc;

type Open = dyn Fn() -> Result<Database, OpenError> + Send + Sync;

/// The database. After a failed write (a full disk) it must be opened again, which is the writer's
/// task; in the meantime there is none.
pub(crate) struct Storage {
    current: ArcSwapOption<Database>,
    open: Box<Open>,
}

impl Storage {
    /// Opens the database by `open`, which is kept for later. Blocks.
    pub(crate) fn open(
        open: impl Fn() -> Result<Database, OpenError> + Send + Sync + 'static,
    ) -> Result<Self, OpenError> {
        Ok(Self {
            current: ArcSwapOption::from_pointee(open()?),
            open: Box::new(open),
        })
    }

    /// The database, if there is one now.
    pub(crate) fn current(&self) -> Result<Arc<Database>, Failure> {
        self.current.load_full().ok_or(Failure::Stopped)
    }

    /// Closes what is open and opens it again. Fails while a read still holds the old one, as
    /// nobody may have the file twice; the caller tries again with the next write. Blocks.
    pub(crate) fn reopen(&self) -> Result<(), Failure> {
        drop(self.current.swap(None));
        let database = (self.open)().map_err(|error| Failure::Reopen(Arc::new(error)))?;
        self.current.store(Some(Arc::new(database)));
        Ok(())
    }
}
