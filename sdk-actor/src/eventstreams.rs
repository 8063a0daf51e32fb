//! `wascc:eventstreams`: streams of events, which are appended, read, and followed.
//!
//! The host calls the handler `event` for the streams that the binding follows.
//!
//! ```
//! use capwire_actor::eventstreams::Event;
//! use capwire_actor::prelude::*;
//!
//! actor! {
//!     op("Deposit") => deposit,
//!     event => apply,
//! }
//!
//! fn deposit(cents: i64) -> Result<String> {
//!     Ok(eventstreams::default().write("account-7", [("deposit", cents.to_string())])?)
//! }
//!
//! fn apply(event: Event) -> Result<()> {
//!     let cents = event.values["deposit"].parse::<i32>()?;
//!     keyvalue::default().add(&event.stream, cents)?;
//!     Ok(())
//! }
//!
//! // In tests, the streams are in memory.
//! # use capwire_actor::testing::FakeHost;
//! let host = FakeHost::new();
//! let _: String = host.call(&ACTOR, "Deposit", &150)?;
//! assert_eq!(host.deliver_events(&ACTOR, "account-*")?, 1);
//! let balance = host.run(|| keyvalue::default().get("account-7"))?;
//! assert_eq!(balance.as_deref(), Some("150"));
//! # Ok::<(), Error>(())
//! ```

use crate::target::{CallError, Target, capability};
use capwire_contracts::eventstreams::{
    self as contract, StreamQuery, StreamRead, StreamResults, TimeRange, WriteResponse,
};

pub use capwire_contracts::eventstreams::{Event, OP_DELIVER_EVENT};

/// Returns the streams of the binding `default`.
#[must_use]
pub fn default() -> EventStreams {
    EventStreams(capability(contract::CONTRACT))
}

/// Returns the streams of the binding `name`.
#[must_use]
pub fn named(name: &str) -> EventStreams {
    EventStreams(capability(contract::CONTRACT).named(name))
}

/// A client for streams of events.
///
/// Each method returns a [`CallError`] if the actor may not use the streams, the host cannot reach them,
/// or the provider refuses the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventStreams(Target);

/// The type describes the errors of all methods.
#[expect(clippy::missing_errors_doc, reason = "the type documents the errors")]
impl EventStreams {
    /// Appends an event with these values to a stream, and returns its id.
    pub fn write<N: Into<String>, V: Into<String>>(
        &self,
        stream: &str,
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Result<String, CallError> {
        let values = values.into_iter();
        let event = Event {
            event_id: String::new(),
            stream: stream.to_owned(),
            values: values
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        };
        let WriteResponse { event_id } = self.0.call(contract::OP_WRITE_EVENT, &event)?;
        Ok(event_id)
    }

    /// Returns the first `count` events of a stream, or all if `count` is 0, oldest first.
    pub fn query(&self, stream: &str, count: u64) -> Result<Vec<Event>, CallError> {
        self.query_range(stream, None, count)
    }

    /// Returns the first `count` events of a stream between two times, or all if `count` is 0, oldest first.
    /// The times are in milliseconds since the Unix epoch, and belong to the range.
    pub fn query_times(
        &self,
        stream: &str,
        first: u64,
        last: u64,
        count: u64,
    ) -> Result<Vec<Event>, CallError> {
        let range = TimeRange {
            min_time: first,
            max_time: last,
        };
        self.query_range(stream, Some(range), count)
    }

    /// Returns the first `count` events of a stream after the one with the id `after`, or all if `count` is
    /// 0, oldest first. An empty id stands for the beginning of the stream.
    ///
    /// ```
    /// use capwire_actor::{eventstreams, testing::FakeHost};
    ///
    /// let host = FakeHost::new();
    /// let read = host.run(|| {
    ///     let streams = eventstreams::default();
    ///     for number in 0..5 {
    ///         streams.write("numbers", [("number", number.to_string())])?;
    ///     }
    ///     let (mut after, mut read) = (String::new(), 0);
    ///     while let Some(last) = streams.read_after("numbers", &after, 2)?.pop() {
    ///         after = last.event_id;
    ///         read += 1;
    ///     }
    ///     Ok::<_, capwire_actor::CallError>(read)
    /// });
    /// assert_eq!(read.unwrap(), 3);
    /// ```
    pub fn read_after(
        &self,
        stream: &str,
        after: &str,
        count: u64,
    ) -> Result<Vec<Event>, CallError> {
        let read = StreamRead {
            stream_id: stream.to_owned(),
            after: after.to_owned(),
            count,
        };
        let StreamResults { events } = self.0.call(contract::OP_READ_STREAM, &read)?;
        Ok(events)
    }

    fn query_range(
        &self,
        stream: &str,
        range: Option<TimeRange>,
        count: u64,
    ) -> Result<Vec<Event>, CallError> {
        let query = StreamQuery {
            stream_id: stream.to_owned(),
            range,
            count,
        };
        let StreamResults { events } = self.0.call(contract::OP_QUERY_STREAM, &query)?;
        Ok(events)
    }
}
