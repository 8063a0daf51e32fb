//! The reads, each of one snapshot.

use crate::tables::{EVENTS, EventKey, ORDER, OrderKey};
use capwire_contracts::codec;
use capwire_contracts::eventstreams::Event;
use capwire_embedded_common::Failure;
use capwire_eventstreams::{Answer, EventId, Follows, Selection, size};
use capwire_provider::Work;
use redb::{Database, ReadOnlyTable, ReadableDatabase, StorageError};

/// The bytes of an event that are read in one step of work.
const BYTES_PER_STEP: usize = 1 << 10;
/// The most events that a follower reads at a time.
const PART: usize = 64;
/// The bytes after which a follower reads no further event.
const PART_BYTES: usize = 256 << 10;
/// The most events of other streams that a follower passes over at a time.
const PASSED: usize = 1_024;

/// A snapshot of the data on disk. Writers do not change it.
pub(crate) struct View<'w> {
    events: ReadOnlyTable<EventKey<'static>, &'static [u8]>,
    order: ReadOnlyTable<OrderKey<'static>, &'static str>,
    work: &'w Work,
}

/// Some of the events that a follower gets.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) events: Vec<(EventId, Event)>,
    /// The id up to which there are no others.
    pub(crate) read_to: EventId,
    /// `true` if there may be more.
    pub(crate) is_cut: bool,
}

impl<'w> View<'w> {
    pub(crate) fn open(database: &Database, work: &'w Work) -> Result<Self, Failure> {
        let transaction = database.begin_read()?;
        Ok(Self {
            events: transaction.open_table(EVENTS)?,
            order: transaction.open_table(ORDER)?,
            work,
        })
    }

    /// Returns the selected events, oldest first.
    pub(crate) fn select(&self, space: &str, selection: &Selection) -> Result<Vec<Event>, Failure> {
        let Selection { first, last, .. } = selection;
        let stream = &*selection.stream;
        let mut answer = Answer::default();
        if first > last {
            return Ok(Vec::new());
        }
        let range =
            (space, stream, first.millis, first.number)..=(space, stream, last.millis, last.number);
        for row in self.events.range(range)? {
            let row = row?;
            let (_, _, millis, number) = row.0.value();
            let event = event(EventId { millis, number }, stream, row.1.value())?;
            self.work.steps(1 + size(&event) / BYTES_PER_STEP)?;
            let pushed = answer.push(event);
            pushed.map_err(|failure| Failure::Refused(failure.to_string()))?;
            if answer.len() as u64 == selection.count {
                break;
            }
        }
        Ok(answer.into_events())
    }

    /// Returns some of the events that are followed, from the first id on.
    pub(crate) fn part(
        &self,
        space: &str,
        follows: &Follows,
        first: EventId,
    ) -> Result<Part, Failure> {
        match follows {
            Follows::One(stream) => self.part_of_stream(space, stream, first),
            Follows::Beginning(_) => self.part_of_all(space, follows, first),
        }
    }

    fn part_of_stream(&self, space: &str, stream: &str, first: EventId) -> Result<Part, Failure> {
        let mut part = Part::default();
        let mut bytes = 0;
        let range =
            (space, stream, first.millis, first.number)..=(space, stream, u64::MAX, u64::MAX);
        for row in self.events.range(range)? {
            let row = row?;
            let (_, _, millis, number) = row.0.value();
            bytes += part.push(EventId { millis, number }, stream, row.1.value())?;
            if part.events.len() == PART || bytes > PART_BYTES {
                part.is_cut = true;
                break;
            }
        }
        Ok(part)
    }

    fn part_of_all(&self, space: &str, follows: &Follows, first: EventId) -> Result<Part, Failure> {
        let mut part = Part::default();
        let mut bytes = 0;
        let range = (space, first.millis, first.number)..=(space, u64::MAX, u64::MAX);
        for (passed, row) in self.order.range(range)?.enumerate() {
            let row = row?;
            let (_, millis, number) = row.0.value();
            let stream = row.1.value();
            part.read_to = EventId { millis, number };
            if follows.matches(stream) {
                let values = self.events.get((space, stream, millis, number))?;
                let values = values.ok_or_else(|| corrupted("an event without values"))?;
                bytes += part.push(part.read_to, stream, values.value())?;
            }
            if part.events.len() == PART || bytes > PART_BYTES || passed == PASSED {
                part.is_cut = true;
                break;
            }
        }
        Ok(part)
    }
}

impl Part {
    /// Adds an event, and returns its size.
    fn push(&mut self, id: EventId, stream: &str, values: &[u8]) -> Result<usize, Failure> {
        let event = event(id, stream, values)?;
        let bytes = size(&event);
        self.events.push((id, event));
        self.read_to = id;
        Ok(bytes)
    }
}

fn event(id: EventId, stream: &str, values: &[u8]) -> Result<Event, Failure> {
    Ok(Event {
        event_id: id.to_string(),
        stream: stream.to_owned(),
        values: codec::decode(values).map_err(|_| corrupted("an event without readable values"))?,
    })
}

fn corrupted(what: &str) -> Failure {
    StorageError::Corrupted(what.to_owned()).into()
}
