//! The tables and the writes of the store, for the writer.

use crate::change::{Action, Change, Rows};
use crate::tables;
use capwire_embedded_common::{Failure, Moment, Schema};
use capwire_eventstreams::EventId;
use capwire_provider::Work;
use redb::{Database, WriteTransaction};

/// The store of event streams.
pub(crate) struct EventStore;

impl Schema for EventStore {
    const NAME: &'static str = "eventstreams";
    const FORMAT: u64 = tables::FORMAT;

    type Change = Change;
    type Answer = EventId;
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

    /// Nothing: each write removes what is too old.
    fn sweep(_: &mut Rows<'_>) -> Result<(), Failure> {
        Ok(())
    }

    fn apply(rows: &mut Rows<'_>, change: &Change, work: &Work) -> Result<EventId, Failure> {
        rows.apply(change, work)
    }

    fn committed(changes: &mut dyn Iterator<Item = &Change>) {
        for change in changes {
            if let Action::Append { bell, .. } = &change.action {
                bell.ring();
            }
        }
    }
}
