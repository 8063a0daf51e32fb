//! The bytes that each space of a store uses, and its quota.

use crate::error::Failure;
use redb::{ReadableTable, Table, TableDefinition, WriteTransaction};

/// The bytes of each space.
pub const USAGE: TableDefinition<'_, &str, u64> = TableDefinition::new("usage");

/// The bytes that a row counts in addition to its texts: what the file needs for it, roughly.
pub const PER_ROW: usize = 64;

/// Counts the bytes of each space in a write transaction.
pub struct Usage<'t>(Table<'t, &'static str, u64>);

impl<'t> Usage<'t> {
    /// Opens the counts, and creates their table in a new file.
    ///
    /// # Errors
    /// Returns a failure if the file cannot be read.
    pub fn open(transaction: &'t WriteTransaction) -> Result<Self, Failure> {
        Ok(Self(transaction.open_table(USAGE)?))
    }

    /// Returns the bytes that the space uses if a change would make it larger than `quota`, and `None`
    /// if there is room. The change needs `more` bytes and replaces `freed`.
    ///
    /// # Errors
    /// Returns a failure if the file cannot be read.
    pub fn excess(
        &self,
        space: &str,
        more: u64,
        freed: u64,
        quota: u64,
    ) -> Result<Option<u64>, Failure> {
        let used = self.of(space)?;
        let after = used.saturating_sub(freed).saturating_add(more);
        Ok((after > quota && more > freed).then_some(used))
    }

    /// Returns the bytes that the space uses.
    ///
    /// # Errors
    /// Returns a failure if the file cannot be read.
    pub fn of(&self, space: &str) -> Result<u64, Failure> {
        Ok(self.0.get(space)?.map_or(0, |bytes| bytes.value()))
    }

    /// Adds bytes to a space.
    ///
    /// # Errors
    /// Returns a failure if the file cannot be read or written.
    pub fn add(&mut self, space: &str, bytes: u64) -> Result<(), Failure> {
        let used = self.of(space)?.saturating_add(bytes);
        self.0.insert(space, used)?;
        Ok(())
    }

    /// Takes bytes from a space.
    ///
    /// # Errors
    /// Returns a failure if the file cannot be read or written.
    pub fn remove(&mut self, space: &str, bytes: u64) -> Result<(), Failure> {
        match self.of(space)?.saturating_sub(bytes) {
            0 => self.0.remove(space)?,
            used => self.0.insert(space, used)?,
        };
        Ok(())
    }
}
