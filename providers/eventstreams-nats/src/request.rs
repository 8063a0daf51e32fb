//! The requests of actors that read events.

use crate::failure::Failure;
use async_nats::datetime::{DateTime, from_nanos};
use capwire_contracts::eventstreams::{StreamQuery, StreamRead};
use capwire_eventstreams::{Failure as Refused, check_name};

const NANOS_PER_MILLI: i128 = 1_000_000;

/// The events of a stream that are asked for.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    pub(crate) stream: String,
    pub(crate) from: From,
    /// The time of the last event, at most. `None` means any time.
    pub(crate) until: Option<DateTime>,
    /// The maximum number of events; 0 means all.
    pub(crate) count: u64,
}

/// The first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    Sequence(u64),
    Time(DateTime),
    /// There is none.
    Nowhere,
}

impl Selection {
    /// Returns the events that a query asks for.
    pub(crate) fn of_query(query: StreamQuery) -> Result<Self, Failure> {
        check_name(&query.stream_id).map_err(Refused::from)?;
        let (from, until) = match query.range {
            None => (From::Sequence(1), None),
            Some(range) => {
                let last = (i128::from(range.max_time) + 1) * NANOS_PER_MILLI - 1;
                (first(range.min_time), from_nanos(last).ok())
            }
        };
        Ok(Self {
            stream: query.stream_id,
            from,
            until,
            count: query.count,
        })
    }

    /// Returns the events after another one.
    pub(crate) fn of_read(read: StreamRead) -> Result<Self, Failure> {
        check_name(&read.stream_id).map_err(Refused::from)?;
        let from = match &*read.after {
            "" => From::Sequence(1),
            id => match sequence(id) {
                None => return Err(Refused::After(read.after).into()),
                Some(id) => id.checked_add(1).map_or(From::Nowhere, From::Sequence),
            },
        };
        Ok(Self {
            stream: read.stream_id,
            from,
            until: None,
            count: read.count,
        })
    }
}

/// Returns the place of the first event at a time in milliseconds or later.
fn first(millis: u64) -> From {
    let nanos = i128::from(millis) * NANOS_PER_MILLI;
    match from_nanos(nanos) {
        _ if millis == 0 => From::Sequence(1),
        // The server counts nanoseconds in 64 bits, so it has no later events.
        Ok(time) if nanos <= i128::from(i64::MAX) => From::Time(time),
        _ => From::Nowhere,
    }
}

/// Reads the id of an event: its number in the stream of JetStream.
pub(crate) fn sequence(id: &str) -> Option<u64> {
    match id.bytes().all(|byte| byte.is_ascii_digit()) {
        true => id.parse().ok(),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{From, Selection, first, sequence};
    use capwire_contracts::eventstreams::{StreamQuery, StreamRead, TimeRange};

    #[test]
    fn an_id_is_a_number_without_signs() {
        assert_eq!(sequence("17"), Some(17));
        assert_eq!(sequence("18446744073709551615"), Some(u64::MAX));
        for text in ["", "+1", "-1", "1-0", " 1", "0x1", "18446744073709551616"] {
            assert_eq!(sequence(text), None, "{text}");
        }
    }

    #[test]
    fn every_time_of_a_query_has_a_meaning() {
        assert_eq!(first(0), From::Sequence(1));
        assert!(matches!(first(1), From::Time(_)));
        assert!(matches!(first(9_223_372_036_854), From::Time(_)));
        assert_eq!(first(9_223_372_036_855), From::Nowhere);
        assert_eq!(first(u64::MAX), From::Nowhere);
        for (max_time, is_bounded) in [(0, true), (1, true), (u64::MAX, false)] {
            let query = StreamQuery {
                stream_id: "a".to_owned(),
                range: Some(TimeRange {
                    min_time: 0,
                    max_time,
                }),
                count: 0,
            };
            let selection = Selection::of_query(query).unwrap();
            assert_eq!(selection.until.is_some(), is_bounded, "{max_time}");
        }
    }

    #[test]
    fn nothing_follows_the_last_number() {
        let read = |after: &str| StreamRead {
            stream_id: "a".to_owned(),
            after: after.to_owned(),
            count: 0,
        };
        let from = |after| Selection::of_read(read(after)).unwrap().from;
        assert_eq!(from(""), From::Sequence(1));
        assert_eq!(from("7"), From::Sequence(8));
        assert_eq!(from("18446744073709551615"), From::Nowhere);
        assert!(Selection::of_read(read("1-0")).is_err());
    }
}
