//! `wascc:eventstreams`: append-only streams of events.

use crate::core::Operation;
use std::collections::BTreeMap;

/// The id of the contract.
pub const CONTRACT: &str = "wascc:eventstreams";

/// Actor to provider: [`Event`] without id to [`WriteResponse`].
pub const OP_WRITE_EVENT: &str = "WriteEvent";
/// Actor to provider: [`StreamQuery`] to [`StreamResults`].
pub const OP_QUERY_STREAM: &str = "QueryStream";
/// Provider to actor: [`Event`], the answer is ignored.
pub const OP_DELIVER_EVENT: &str = "DeliverEvent";

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[
    Operation::to_provider(OP_WRITE_EVENT, "Appends an event to a stream"),
    Operation::to_provider(OP_QUERY_STREAM, "Reads events of a stream"),
    Operation::to_actor(OP_DELIVER_EVENT, "Handles an event"),
];

message! {
    /// Something that happened.
    Event {
        /// Its id, empty until the provider gives it one.
        event_id: String = "eventId",
        /// The stream it belongs to.
        stream: String = "stream",
        /// What is known of it.
        values: BTreeMap<String, String> = "values",
    }
}

message! {
    /// An event that was written.
    WriteResponse {
        /// The id it was given.
        event_id: String = "eventId",
    }
}

message! {
    /// Which events to read.
    StreamQuery {
        /// The stream.
        stream_id: String = "streamId",
        /// Only those of this time.
        range: Option<TimeRange> = "range" or default,
        /// At most so many; 0: all.
        count: u64 = "count",
    }
}

message! {
    /// From when to when, both included, in milliseconds since 1970.
    TimeRange {
        /// The beginning.
        min_time: u64 = "minTime",
        /// The end.
        max_time: u64 = "maxTime",
    }
}

message! {
    /// Events that were found.
    StreamResults {
        /// The events, oldest first.
        events: Vec<Event> = "events",
    }
}

plain_fields!(TimeRange, Event);
