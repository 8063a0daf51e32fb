//! The format of the file.
//!
//! One [redb](https://docs.rs/redb) database with six tables. `space` is `actor/<public key>` or
//! `shared/<name>`. An id is two numbers: milliseconds since 1970, and the number of the event in this
//! millisecond.
//!
//! | table | key | value |
//! |---|---|---|
//! | `capwire.eventstreams` | `"format"` | the number of this format, 1 |
//! | `events` | space, stream, id | the values of the event, in MessagePack |
//! | `order` | space, id | the stream of the event |
//! | `last` | space | the id of the last event, also if it is gone |
//! | `positions` | space, group, entry of `STREAMS` | the id of the last event that the group has handled |
//! | `usage` | space | the bytes that the rows of `events` and `order` count |

use capwire_embedded_common::{Failure, USAGE};
use capwire_eventstreams::EventId;
use redb::{Database, ReadableTable, TableDefinition};

/// The format that this version writes and reads.
pub(crate) const FORMAT: u64 = 1;

/// Space, stream, milliseconds, number.
pub(crate) type EventKey<'a> = (&'a str, &'a str, u64, u64);
/// Space, milliseconds, number.
pub(crate) type OrderKey<'a> = (&'a str, u64, u64);
/// Space, group, entry of `STREAMS`.
pub(crate) type PositionKey<'a> = (&'a str, &'a str, &'a str);
/// Milliseconds, number.
pub(crate) type IdRow = (u64, u64);

pub(crate) const EVENTS: TableDefinition<'_, EventKey<'_>, &[u8]> = TableDefinition::new("events");
pub(crate) const ORDER: TableDefinition<'_, OrderKey<'_>, &str> = TableDefinition::new("order");
pub(crate) const LAST: TableDefinition<'_, &str, IdRow> = TableDefinition::new("last");
pub(crate) const POSITIONS: TableDefinition<'_, PositionKey<'_>, IdRow> =
    TableDefinition::new("positions");
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("capwire.eventstreams");

/// Returns the id in a row.
pub(crate) fn id_of((millis, number): IdRow) -> EventId {
    EventId { millis, number }
}

/// Returns the row of an id.
pub(crate) fn row_of(id: EventId) -> IdRow {
    (id.millis, id.number)
}

/// Creates the tables of a new file. Returns the format of the file.
pub(crate) fn prepare(database: &Database) -> Result<u64, Failure> {
    let transaction = database.begin_write()?;
    let found = {
        let mut meta = transaction.open_table(META)?;
        let found = meta.get("format")?.map(|format| format.value());
        if found.is_none() {
            meta.insert("format", FORMAT)?;
        }
        found
    };
    if let Some(found) = found {
        transaction.abort()?;
        return Ok(found);
    }
    transaction.open_table(EVENTS)?;
    transaction.open_table(ORDER)?;
    transaction.open_table(LAST)?;
    transaction.open_table(POSITIONS)?;
    transaction.open_table(USAGE)?;
    transaction.commit()?;
    Ok(FORMAT)
}
