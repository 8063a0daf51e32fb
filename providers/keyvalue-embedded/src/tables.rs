//! The format of the file.
//!
//! One [redb](https://docs.rs/redb) database with five tables. `space` is `actor/<public key>` or
//! `shared/<name>`.
//!
//! | table | key | value |
//! |---|---|---|
//! | `capwire.keyvalue` | `"format"` | the number of this format, 1 |
//! | `keys` | space, key | kind, number, first, text |
//! | `items` | space, key, index | one item of a list |
//! | `members` | space, key, member | nothing: one member of a set |
//! | `expiries` | milliseconds since 1970, space, key | nothing; the key contains the time of a string's expiry |
//!
//! Kind 0 is a string: `text`, which expires at `number` milliseconds since 1970 (0 means never).
//! Kind 1 is a list of `number` items, whose head has the index `first`. Kind 2 is a set of
//! `number` members. `expiries` has a row for each string that expires, and no others.

use crate::clock::Moment;
use crate::error::Failure;
use redb::{Database, ReadableTable, TableDefinition, WriteTransaction};

/// The format that this version writes and reads.
pub(crate) const FORMAT: u64 = 1;

/// Space and key.
pub(crate) type Id<'a> = (&'a str, &'a str);
/// Kind, number, first, text.
pub(crate) type Header<'a> = (u8, u64, i64, &'a str);
pub(crate) type ItemId<'a> = (&'a str, &'a str, i64);
pub(crate) type MemberId<'a> = (&'a str, &'a str, &'a str);
pub(crate) type ExpiryId<'a> = (u64, &'a str, &'a str);

pub(crate) const KEYS: TableDefinition<'_, Id<'_>, Header<'_>> = TableDefinition::new("keys");
pub(crate) const ITEMS: TableDefinition<'_, ItemId<'_>, &str> = TableDefinition::new("items");
pub(crate) const MEMBERS: TableDefinition<'_, MemberId<'_>, ()> = TableDefinition::new("members");
pub(crate) const EXPIRIES: TableDefinition<'_, ExpiryId<'_>, ()> = TableDefinition::new("expiries");
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("capwire.keyvalue");

/// Returns the range of all items of the list `(space, key)`.
pub(crate) fn items_of((space, key): Id<'_>) -> std::ops::RangeInclusive<ItemId<'_>> {
    (space, key, i64::MIN)..=(space, key, i64::MAX)
}

/// Returns the smallest key after `key`, which ends the members of its sets.
pub(crate) fn after(key: &str) -> String {
    format!("{key}\0")
}

/// Returns the range of the rows of `expiries` that have expired at `now`.
pub(crate) fn expired_by(now: Moment) -> std::ops::Range<ExpiryId<'static>> {
    (0, "", "")..(now.0.saturating_add(1), "", "")
}

/// Creates the tables of a new file. Returns the format of an existing file.
pub(crate) fn prepare(database: &Database) -> Result<u64, Failure> {
    let transaction = database.begin_write()?;
    let format = format_of(&transaction)?;
    if format == FORMAT {
        create(&transaction)?;
    }
    transaction.commit()?;
    Ok(format)
}

fn format_of(transaction: &WriteTransaction) -> Result<u64, Failure> {
    let mut meta = transaction.open_table(META)?;
    let found = meta.get("format")?.map(|format| format.value());
    if found.is_none() {
        meta.insert("format", FORMAT)?;
    }
    Ok(found.unwrap_or(FORMAT))
}

fn create(transaction: &WriteTransaction) -> Result<(), Failure> {
    transaction.open_table(KEYS)?;
    transaction.open_table(ITEMS)?;
    transaction.open_table(MEMBERS)?;
    transaction.open_table(EXPIRIES)?;
    Ok(())
}
