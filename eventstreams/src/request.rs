//! The requests of actors, for providers whose ids have a time and a number.

use crate::answer::size;
use crate::failure::Failure;
use crate::id::EventId;
use crate::name::check_name;
use capwire_contracts::eventstreams::{Event, StreamQuery, StreamRead};

/// Checks an event that an actor writes, which has at most `most` bytes.
///
/// # Errors
/// Returns [`Failure::Name`] or [`Failure::TooLong`].
pub fn check_event(event: &Event, most: usize) -> Result<(), Failure> {
    check_name(&event.stream)?;
    match size(event) {
        bytes if bytes > most => Err(Failure::TooLong { bytes, most }),
        _ => Ok(()),
    }
}

/// The events of a stream that are asked for: those from the first to the last id, and at most so many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The stream.
    pub stream: String,
    /// The smallest id.
    pub first: EventId,
    /// The greatest id. If it is below the first one, there are no events.
    pub last: EventId,
    /// The maximum number of events; 0 means all.
    pub count: u64,
}

impl Selection {
    /// Returns the events that a query asks for.
    ///
    /// # Errors
    /// Returns [`Failure::Name`] if the name of the stream is wrong.
    pub fn of_query(query: StreamQuery) -> Result<Self, Failure> {
        check_name(&query.stream_id)?;
        let (first, last) = match query.range {
            None => (EventId::default(), EventId::LAST),
            Some(range) => {
                let last = EventId {
                    millis: range.max_time,
                    ..EventId::LAST
                };
                (EventId::first_of(range.min_time), last)
            }
        };
        Ok(Self {
            stream: query.stream_id,
            first,
            last,
            count: query.count,
        })
    }

    /// Returns the events after another one.
    ///
    /// # Errors
    /// Returns [`Failure::Name`] or [`Failure::After`].
    pub fn of_read(read: StreamRead) -> Result<Self, Failure> {
        check_name(&read.stream_id)?;
        let (first, last) = match &*read.after {
            "" => (EventId::default(), EventId::LAST),
            id => match id.parse::<EventId>() {
                Err(_) => return Err(Failure::After(read.after)),
                Ok(EventId::LAST) => (EventId::LAST, EventId::default()),
                Ok(id) => (id.next().unwrap_or(EventId::LAST), EventId::LAST),
            },
        };
        Ok(Self {
            stream: read.stream_id,
            first,
            last,
            count: read.count,
        })
    }
}
