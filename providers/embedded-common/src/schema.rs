//! The part of a store that its provider describes.

use crate::clock::Moment;
use crate::error::Failure;
use capwire_provider::Work;
use redb::{Database, WriteTransaction};

/// The tables of a store, and its writes.
pub trait Schema: Sized + Send + Sync + 'static {
    /// The name of the file in the directory of the store, and of its writer thread.
    const NAME: &'static str;
    /// The number of the format that [`prepare`](Self::prepare) makes and reads.
    const FORMAT: u64;

    /// An atomic write.
    type Change: Send + 'static;
    /// The answer to a write.
    type Answer: Send + 'static;
    /// The rows in a write transaction.
    type Rows<'t>;

    /// Returns the number of bytes that a write takes while it waits.
    fn size(change: &Self::Change) -> usize;

    /// Creates the tables of a new file, or converts an older file. Returns the format of the file.
    ///
    /// # Errors
    /// Returns a failure if the file cannot be read or written.
    fn prepare(database: &Database) -> Result<u64, Failure>;

    /// Opens the rows for writes at `now`.
    ///
    /// # Errors
    /// Returns a failure if the file cannot be read.
    fn rows(transaction: &WriteTransaction, now: Moment) -> Result<Self::Rows<'_>, Failure>;

    /// Does some of the work that no write asks for, before the writes of a batch.
    ///
    /// # Errors
    /// Returns a failure if the file cannot be read or written.
    fn sweep(rows: &mut Self::Rows<'_>) -> Result<(), Failure>;

    /// Applies one write.
    ///
    /// # Errors
    /// Returns [`Failure::Refused`] or [`Failure::Ended`] for a write that fails alone, and has had no
    /// effect. Any other failure fails the whole batch.
    fn apply(
        rows: &mut Self::Rows<'_>,
        change: &Self::Change,
        work: &Work,
    ) -> Result<Self::Answer, Failure>;

    /// Learns that a batch of writes is on disk.
    fn committed(_changes: &mut dyn Iterator<Item = &Self::Change>) {}
}
