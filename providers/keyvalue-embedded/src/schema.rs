//! The tables and the writes of the store, for the writer.

use crate::change::{Change, Rows};
use crate::tables;
use capwire_embedded_common::{Failure, Moment, Schema};
use capwire_provider::Work;
use redb::{Database, WriteTransaction};

/// The key-value store.
pub(crate) struct KeyValue;

impl Schema for KeyValue {
    const NAME: &'static str = "keyvalue";
    const FORMAT: u64 = tables::FORMAT;

    type Change = Change;
    type Answer = i32;
    type Rows<'t> = Rows<'t>;

    fn size(change: &Change) -> usize {
        change.size()
    }

    fn prepare(database: &Database) -> Result<u64, Failure> {
        tables::prepare(database)
    }

    fn rows(transaction: &WriteTransaction, now: Moment) -> Result<Rows<'_>, Failure> {
        Rows::open(transaction, now)
    }

    fn sweep(rows: &mut Rows<'_>) -> Result<(), Failure> {
        rows.sweep()
    }

    fn apply(rows: &mut Rows<'_>, change: &Change, work: &Work) -> Result<i32, Failure> {
        rows.apply(change, work)
    }
}
