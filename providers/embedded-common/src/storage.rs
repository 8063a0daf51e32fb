//! The open database, and the recovery after a failure.

use crate::compaction::compact_at_end;
use crate::error::{Failure, OpenError};
use crate::file::Check;
use arc_swap::ArcSwapOption;
use redb::Database;
use std::sync::Arc;

type Open = dyn Fn(Check) -> Result<Database, OpenError> + Send + Sync;

/// The database. After a failed write, for example on a full disk, the writer must open it again;
/// in the meantime there is no database.
pub struct Storage {
    current: ArcSwapOption<Database>,
    open: Box<Open>,
}

impl Storage {
    /// Opens the database with `open`, which is also used to open it again. Blocks.
    ///
    /// # Errors
    /// Returns the error of `open`.
    pub fn open(
        open: impl Fn(Check) -> Result<Database, OpenError> + Send + Sync + 'static,
    ) -> Result<Self, OpenError> {
        Ok(Self {
            current: ArcSwapOption::from_pointee(open(Check::WholeFile)?),
            open: Box::new(open),
        })
    }

    /// Returns the database.
    ///
    /// # Errors
    /// Returns [`Failure::Stopped`] if it is not open.
    pub fn current(&self) -> Result<Arc<Database>, Failure> {
        self.current.load_full().ok_or(Failure::Stopped)
    }

    /// Closes the database and opens it again. Fails while a read still holds the old one, because
    /// the file can be open only once; the caller tries again at the next write. Blocks.
    pub(crate) fn reopen(&self, check: Check) -> Result<(), Failure> {
        drop(self.current.swap(None));
        let database = (self.open)(check).map_err(|error| Failure::Reopen(Arc::new(error)))?;
        self.current.store(Some(Arc::new(database)));
        Ok(())
    }

    /// Closes the database for good, and makes its file smaller if that is quick and useful. Blocks.
    pub(crate) fn close(&self) {
        // A read that still runs holds the database, and closes it.
        let Some(mut database) = self.current.swap(None).and_then(Arc::into_inner) else {
            return;
        };
        if let Err(failure) = compact_at_end(&mut database) {
            tracing::warn!(%failure, "the store was not compacted");
        }
    }
}
