//! The bytes that each key space uses, and its quota.

use crate::entry::Entry;
use crate::error::{Failure, Refusal};
use crate::tables::{self, Header, Id};
use redb::{ReadableTable, Table, WriteTransaction};
use std::collections::BTreeMap;

/// The bytes that a row counts in addition to its texts: what the file needs for it, roughly.
const PER_ROW: usize = 64;

/// Counts the bytes of each space in a write transaction.
pub(crate) struct Usage<'t>(Table<'t, &'static str, u64>);

/// Returns the bytes of a row of `key` with `text`.
pub(crate) fn of_row(key: &str, text: &str) -> u64 {
    (PER_ROW + key.len() + text.len()) as u64
}

/// Returns the bytes of the row of a key, without the items or members in rows of their own.
pub(crate) fn of_entry(key: &str, entry: Option<&Entry>) -> u64 {
    match entry {
        None => 0,
        Some(Entry::Text { value, .. }) => of_row(key, value),
        Some(Entry::List { .. } | Entry::Set { .. }) => of_row(key, ""),
    }
}

impl<'t> Usage<'t> {
    pub(crate) fn open(transaction: &'t WriteTransaction) -> Result<Self, Failure> {
        Ok(Self(transaction.open_table(tables::USAGE)?))
    }

    /// Refuses a change that would make the space larger than `quota`. `freed` is what the change
    /// replaces.
    pub(crate) fn admit(
        &self,
        space: &str,
        more: u64,
        freed: u64,
        quota: u64,
    ) -> Result<(), Failure> {
        let used = self.of(space)?;
        let after = used.saturating_sub(freed).saturating_add(more);
        match after > quota && more > freed {
            true => Err(Refusal::QuotaExceeded { used, quota }.into()),
            false => Ok(()),
        }
    }

    pub(crate) fn of(&self, space: &str) -> Result<u64, Failure> {
        Ok(self.0.get(space)?.map_or(0, |bytes| bytes.value()))
    }

    pub(crate) fn add(&mut self, space: &str, bytes: u64) -> Result<(), Failure> {
        let used = self.of(space)?.saturating_add(bytes);
        self.0.insert(space, used)?;
        Ok(())
    }

    pub(crate) fn remove(&mut self, space: &str, bytes: u64) -> Result<(), Failure> {
        match self.of(space)?.saturating_sub(bytes) {
            0 => self.0.remove(space)?,
            used => self.0.insert(space, used)?,
        };
        Ok(())
    }
}

/// Counts all rows of a file whose format did not count them.
pub(crate) fn count_all(transaction: &WriteTransaction) -> Result<(), Failure> {
    let mut spaces = BTreeMap::<String, u64>::new();
    let mut count = |(space, key): Id<'_>, text: &str| {
        *spaces.entry(space.to_owned()).or_default() += of_row(key, text);
    };
    for row in transaction.open_table(tables::KEYS)?.iter()? {
        let row = row?;
        let (_, _, _, text): Header<'_> = row.1.value();
        count(row.0.value(), text);
    }
    for row in transaction.open_table(tables::ITEMS)?.iter()? {
        let row = row?;
        let (space, key, _) = row.0.value();
        count((space, key), row.1.value());
    }
    for row in transaction.open_table(tables::MEMBERS)?.iter()? {
        let row = row?;
        let (space, key, member) = row.0.value();
        count((space, key), member);
    }
    let mut usage = Usage::open(transaction)?;
    spaces
        .iter()
        .try_for_each(|(space, bytes)| usage.add(space, *bytes))
}
