//! The writes, and how each changes the rows.

use crate::refusal::Refusal;
use crate::retention::Retention;
use crate::tables::{
    EVENTS, EventKey, IdRow, LAST, ORDER, OrderKey, POSITIONS, PositionKey, id_of, row_of,
};
use capwire_embedded_common::{Failure, Moment, PER_ROW, Usage};
use capwire_eventstreams::{Bell, EventId, Follows};
use capwire_provider::Work;
use redb::{ReadableTable, Table, WriteTransaction};
use std::sync::Arc;

/// The most events that are too old and that one write removes, so that no write takes long.
const REMOVED_PER_WRITE: usize = 256;

/// An atomic write to a space.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) space: Arc<str>,
    pub(crate) action: Action,
}

#[derive(Debug)]
pub(crate) enum Action {
    /// Appends an event, and returns its id.
    Append {
        stream: String,
        /// The values in MessagePack.
        values: Vec<u8>,
        retention: Retention,
        bell: Bell,
    },
    /// Returns the position of a group. If it has none, this sets it.
    Join { place: Place, start: From },
    /// Sets the position of a group, and returns it.
    Advance { place: Place, to: EventId },
}

/// A group and its entry of `STREAMS`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) group: String,
    pub(crate) follows: Follows,
}

/// The position of a group that is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    First,
    New,
    After(EventId),
}

impl Change {
    /// Returns the number of bytes that the change takes while it waits.
    pub(crate) fn size(&self) -> usize {
        let texts = match &self.action {
            Action::Append { stream, values, .. } => stream.len() + values.len(),
            Action::Join { .. } | Action::Advance { .. } => 0,
        };
        size_of::<Self>() + texts
    }
}

/// Returns the bytes that an event counts.
pub(crate) fn of_event(stream: &str, values: usize) -> u64 {
    (2 * PER_ROW + 2 * stream.len() + values) as u64
}

/// The rows in a write transaction.
pub(crate) struct Rows<'t> {
    events: Table<'t, EventKey<'static>, &'static [u8]>,
    order: Table<'t, OrderKey<'static>, &'static str>,
    last: Table<'t, &'static str, IdRow>,
    positions: Table<'t, PositionKey<'static>, IdRow>,
    usage: Usage<'t>,
    now: Moment,
}

impl<'t> Rows<'t> {
    pub(crate) fn open(transaction: &'t WriteTransaction, now: Moment) -> Result<Self, Failure> {
        Ok(Self {
            events: transaction.open_table(EVENTS)?,
            order: transaction.open_table(ORDER)?,
            last: transaction.open_table(LAST)?,
            positions: transaction.open_table(POSITIONS)?,
            usage: Usage::open(transaction)?,
            now,
        })
    }

    /// Applies one change. A refused change has no effect.
    pub(crate) fn apply(&mut self, change: &Change, work: &Work) -> Result<EventId, Failure> {
        let space = &*change.space;
        match &change.action {
            Action::Append {
                stream,
                values,
                retention,
                ..
            } => {
                self.make_room(space, of_event(stream, values.len()), retention, work)?;
                self.append(space, stream, values)
            }
            Action::Join { place, start } => self.join(space, place, *start),
            Action::Advance { place, to } => self.advance(space, place, *to),
        }
    }

    fn append(&mut self, space: &str, stream: &str, values: &[u8]) -> Result<EventId, Failure> {
        let id = self
            .last(space)?
            .following(self.now.0)
            .ok_or(Refusal::NoIds)?;
        let EventId { millis, number } = id;
        self.events
            .insert((space, stream, millis, number), values)?;
        self.order.insert((space, millis, number), stream)?;
        self.last.insert(space, row_of(id))?;
        self.usage.add(space, of_event(stream, values.len()))?;
        Ok(id)
    }

    fn last(&self, space: &str) -> Result<EventId, Failure> {
        Ok(self
            .last
            .get(space)?
            .map_or(EventId::default(), |row| id_of(row.value())))
    }

    /// Removes events that are too old, and, if the space is full, those that `retention` lets go.
    fn make_room(
        &mut self,
        space: &str,
        more: u64,
        retention: &Retention,
        work: &Work,
    ) -> Result<(), Failure> {
        let quota = retention.quota;
        if more > quota {
            return Err(Refusal::NeverFits { bytes: more, quota }.into());
        }
        let oldest = retention.oldest(self.now);
        for _ in 0..REMOVED_PER_WRITE {
            match self.oldest(space)? {
                Some((id, stream)) if id.millis < oldest => self.remove(space, id, &stream)?,
                _ => break,
            }
        }
        while let Some(used) = self.usage.excess(space, more, 0, quota)? {
            let oldest = match retention.discards {
                true => self.oldest(space)?,
                false => None,
            };
            let Some((id, stream)) = oldest else {
                return Err(Refusal::Full { used, quota }.into());
            };
            work.step()?;
            self.remove(space, id, &stream)?;
        }
        Ok(())
    }

    /// Returns the oldest event of a space.
    fn oldest(&self, space: &str) -> Result<Option<(EventId, String)>, Failure> {
        let mut rows = self
            .order
            .range((space, 0, 0)..=(space, u64::MAX, u64::MAX))?;
        let Some(row) = rows.next().transpose()? else {
            return Ok(None);
        };
        let (_, millis, number) = row.0.value();
        Ok(Some((EventId { millis, number }, row.1.value().to_owned())))
    }

    fn remove(&mut self, space: &str, id: EventId, stream: &str) -> Result<(), Failure> {
        let EventId { millis, number } = id;
        let values = self.events.remove((space, stream, millis, number))?;
        let freed = values.map_or(0, |values| of_event(stream, values.value().len()));
        self.order.remove((space, millis, number))?;
        self.usage.remove(space, freed)
    }

    fn join(&mut self, space: &str, place: &Place, start: From) -> Result<EventId, Failure> {
        let follows = place.follows.to_string();
        let row = self.positions.get((space, &*place.group, &*follows))?;
        if let Some(row) = row {
            return Ok(id_of(row.value()));
        }
        drop(row);
        let position = match start {
            From::First => EventId::default(),
            From::New => self.last(space)?,
            From::After(id) => id,
        };
        self.advance(space, place, position)
    }

    fn advance(&mut self, space: &str, place: &Place, to: EventId) -> Result<EventId, Failure> {
        let follows = place.follows.to_string();
        let key = (space, &*place.group, &*follows);
        self.positions.insert(key, row_of(to))?;
        Ok(to)
    }
}
