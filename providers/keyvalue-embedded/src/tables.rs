//! The format of the file.
//!
//! One [redb](https://docs.rs/redb) database with six tables. `space` is `actor/<public key>` or
//! `shared/<name>`.
//!
//! | table | key | value |
//! |---|---|---|
//! | `capwire.keyvalue` | `"format"` | the number of this format, 2 |
//! | `keys` | space, key | kind, number, first, text |
//! | `items` | space, key, index | one item of a list |
//! | `members` | space, key, member | nothing: one member of a set |
//! | `usage` | space | the bytes that the rows of `keys`, `items` and `members` count |
//! | `expiries` | milliseconds since 1970, space, key | nothing; the key contains the time of a string's expiry |
//!
//! Kind 0 is a string: `text`, which expires at `number` milliseconds since 1970 (0 means never).
//! Kind 1 is a list of `number` items, whose head has the index `first`. Kind 2 is a set of
//! `number` members. `expiries` has a row for each string that expires, and no others.
//!
//! Format 1 had no `usage`. A file of format 1 becomes one of format 2 when it is opened.

use crate::usage;
use capwire_embedded_common::{Failure, Moment, USAGE};
use redb::{Database, ReadableTable, TableDefinition, WriteTransaction};

/// The format that this version writes and reads.
pub(crate) const FORMAT: u64 = 2;
/// The format that this version converts.
const WITHOUT_USAGE: u64 = 1;

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

/// Creates the tables of a new file, or converts an older file. Returns the format of the file.
pub(crate) fn prepare(database: &Database) -> Result<u64, Failure> {
    let transaction = database.begin_write()?;
    let found = format_of(&transaction)?;
    match found {
        None => create(&transaction)?,
        Some(WITHOUT_USAGE) => usage::count_all(&transaction)?,
        Some(other) => {
            transaction.abort()?;
            return Ok(other);
        }
    }
    transaction.open_table(META)?.insert("format", FORMAT)?;
    transaction.commit()?;
    Ok(FORMAT)
}

fn format_of(transaction: &WriteTransaction) -> Result<Option<u64>, Failure> {
    let meta = transaction.open_table(META)?;
    Ok(meta.get("format")?.map(|format| format.value()))
}

fn create(transaction: &WriteTransaction) -> Result<(), Failure> {
    transaction.open_table(KEYS)?;
    transaction.open_table(ITEMS)?;
    transaction.open_table(MEMBERS)?;
    transaction.open_table(EXPIRIES)?;
    transaction.open_table(USAGE)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{FORMAT, META, WITHOUT_USAGE, prepare};
    use crate::change::{Action, Change, Rows};
    use crate::schema::KeyValue;
    use capwire_embedded_common::{Check, Disk, Moment, USAGE, Usage};
    use capwire_provider::WorkToken;

    #[test]
    fn a_file_without_usage_is_counted_when_it_is_opened() {
        let database = Disk::default().open::<KeyValue>(Check::WholeFile).unwrap();
        let transaction = database.begin_write().unwrap();
        {
            let mut rows = Rows::open(&transaction, Moment(1)).unwrap();
            let work = WorkToken::default().begin();
            for (key, action) in [
                ("text", Action::Add(12)),
                ("list", Action::Push("item".to_owned())),
                ("set", Action::AddMember("member".to_owned())),
            ] {
                let change = Change {
                    space: "space".into(),
                    quota: u64::MAX,
                    key: key.to_owned(),
                    action,
                };
                rows.apply(&change, &work).unwrap();
            }
        }
        let counted = Usage::open(&transaction).unwrap().of("space").unwrap();
        transaction.delete_table(USAGE).unwrap();
        let mut meta = transaction.open_table(META).unwrap();
        meta.insert("format", WITHOUT_USAGE).unwrap();
        drop(meta);
        transaction.commit().unwrap();

        assert_eq!(prepare(&database).unwrap(), FORMAT);
        let transaction = database.begin_write().unwrap();
        let usage = Usage::open(&transaction).unwrap();
        assert_eq!(usage.of("space").unwrap(), counted);
        assert!(counted > 5 * 64);
    }
}
