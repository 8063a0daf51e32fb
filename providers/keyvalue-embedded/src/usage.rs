//! The bytes that the rows of a key space use.

use crate::entry::Entry;
use crate::tables::{self, Header, Id};
use capwire_embedded_common::{Failure, PER_ROW, Usage};
use redb::{ReadableTable, WriteTransaction};
use std::collections::BTreeMap;

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
