//! `wascc:eventstreams`: append-only streams of events.

use crate::core::Operation;
use std::collections::BTreeMap;

/// The id of the contract.
pub const CONTRACT: &str = "wascc:eventstreams";

/// Writes an event: the actor sends an [`Event`] without id and gets a [`WriteResponse`].
pub const OP_WRITE_EVENT: &str = "WriteEvent";
/// Reads events: the actor sends a [`StreamQuery`] and gets [`StreamResults`].
pub const OP_QUERY_STREAM: &str = "QueryStream";
/// Reads the events after another one: the actor sends a [`StreamRead`] and gets [`StreamResults`].
pub const OP_READ_STREAM: &str = "ReadStream";
/// Delivers an [`Event`] to the actor; the answer is ignored.
pub const OP_DELIVER_EVENT: &str = "DeliverEvent";

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[
    Operation::to_provider(OP_WRITE_EVENT, "Appends an event to a stream"),
    Operation::to_provider(OP_QUERY_STREAM, "Reads events of a stream"),
    Operation::to_provider(OP_READ_STREAM, "Reads the events after another one"),
    Operation::to_actor(OP_DELIVER_EVENT, "Handles an event"),
];

message! {
    /// An event in a stream.
    Event {
        /// The event's id, which the provider assigns; empty before.
        event_id: String = "eventId",
        /// The name of the stream.
        stream: String = "stream",
        /// The event's data.
        values: BTreeMap<String, String> = "values",
    }
}

message! {
    /// The answer to a written event.
    WriteResponse {
        /// The id that the provider assigned.
        event_id: String = "eventId",
    }
}

message! {
    /// A query for events.
    StreamQuery {
        /// The name of the stream.
        stream_id: String = "streamId",
        /// The time range of the events; all times if absent.
        range: Option<TimeRange> = "range" or default,
        /// The maximum number of events; 0 means all.
        count: u64 = "count",
    }
}

message! {
    /// An inclusive range of times, in milliseconds since the Unix epoch.
    TimeRange {
        /// The first time.
        min_time: u64 = "minTime",
        /// The last time.
        max_time: u64 = "maxTime",
    }
}

message! {
    /// A request for the events after another one.
    StreamRead {
        /// The name of the stream.
        stream_id: String = "streamId",
        /// The id of the event before the first one; all events if empty.
        after: String = "after" or default,
        /// The maximum number of events; 0 means all.
        count: u64 = "count",
    }
}

message! {
    /// The results of a query.
    StreamResults {
        /// The events, oldest first.
        events: Vec<Event> = "events",
    }
}

plain_fields!(TimeRange, Event);
