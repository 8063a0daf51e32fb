//! The sizes of events, and of answers.

use crate::failure::Failure;
use capwire_contracts::eventstreams::Event;

/// The most bytes of the events of an answer, which is built in memory.
pub const MAX_ANSWER: usize = 16 << 20;
/// The bytes that an event counts besides its texts.
const OVERHEAD: usize = 64;

/// Returns the size of an event: its stream, its names and its values.
#[must_use]
pub fn size(event: &Event) -> usize {
    let values = event.values.iter();
    let values: usize = values.map(|(name, value)| name.len() + value.len()).sum();
    event.stream.len() + values
}

/// The events of a query.
#[derive(Debug, Default)]
pub struct Answer {
    events: Vec<Event>,
    bytes: usize,
}

impl Answer {
    /// Adds an event.
    ///
    /// # Errors
    /// Returns [`Failure::AnswerTooLong`] if there is no room for it.
    pub fn push(&mut self, event: Event) -> Result<(), Failure> {
        self.bytes += size(&event) + OVERHEAD;
        if self.bytes > MAX_ANSWER {
            return Err(Failure::AnswerTooLong);
        }
        self.events.push(event);
        Ok(())
    }

    /// Returns the number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Returns `true` if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Returns the events.
    #[must_use]
    pub fn into_events(self) -> Vec<Event> {
        self.events
    }
}
