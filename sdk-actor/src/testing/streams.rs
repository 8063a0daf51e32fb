//! The event streams of a fake host, in memory.

use super::FakeHost;
use crate::dispatch::{Actor, typed};
use crate::error::{Error, Result};
use capwire_contracts::codec;
use capwire_contracts::eventstreams::{
    self as contract, Event, StreamQuery, StreamRead, StreamResults, WriteResponse,
};
use std::collections::BTreeMap;

/// The events of all bindings, in the order in which they were written, and the positions of followers.
#[derive(Default)]
pub(super) struct Streams {
    events: Vec<Event>,
    /// The number of events that were delivered, by the streams that are followed.
    delivered: BTreeMap<String, usize>,
}

impl Streams {
    /// Serves one call. An error is the text that the actor gets.
    pub(super) fn call(&mut self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, String> {
        let answer = match operation {
            contract::OP_WRITE_EVENT => typed(payload, |event| self.write(event)),
            contract::OP_QUERY_STREAM => typed(payload, |query| self.query(&query)),
            contract::OP_READ_STREAM => typed(payload, |read| self.read(&read)),
            other => Err(Error::msg(format!("unknown operation `{other}`"))),
        };
        answer.map_err(|error| error.to_string())
    }

    fn write(&mut self, mut event: Event) -> Result<WriteResponse> {
        check(&event.stream)?;
        event.event_id = format!("{}-0", self.events.len() + 1);
        let event_id = event.event_id.clone();
        self.events.push(event);
        Ok(WriteResponse { event_id })
    }

    fn query(&self, query: &StreamQuery) -> Result<StreamResults> {
        let in_range = |event: &Event| match &query.range {
            None => true,
            Some(range) => (range.min_time..=range.max_time).contains(&time(&event.event_id)),
        };
        self.select(&query.stream_id, query.count, in_range)
    }

    fn read(&self, read: &StreamRead) -> Result<StreamResults> {
        let after = match &*read.after {
            "" => 0,
            id => match time(id) {
                0 => {
                    return Err(Error::msg(format!(
                        "`after` is `{id}`, expected the id of an event"
                    )));
                }
                time => time,
            },
        };
        self.select(&read.stream_id, read.count, |event| {
            time(&event.event_id) > after
        })
    }

    fn select(
        &self,
        stream: &str,
        count: u64,
        is_asked: impl Fn(&Event) -> bool,
    ) -> Result<StreamResults> {
        check(stream)?;
        let most = match count {
            0 => usize::MAX,
            count => usize::try_from(count).unwrap_or(usize::MAX),
        };
        let of_stream = self.events.iter().filter(|event| event.stream == stream);
        let events = of_stream.filter(|event| is_asked(event)).take(most);
        Ok(StreamResults {
            events: events.cloned().collect(),
        })
    }

    /// Returns the next event of the followed streams.
    fn next(&self, follows: &str) -> Option<(usize, Event)> {
        let from = self.delivered.get(follows).copied().unwrap_or_default();
        let rest = self.events.iter().enumerate().skip(from);
        let mut matching = rest.filter(|(_, event)| match follows.strip_suffix('*') {
            None => event.stream == follows,
            Some(start) => event.stream.starts_with(start),
        });
        matching.next().map(|(index, event)| (index, event.clone()))
    }
}

/// The milliseconds of an id: here, the number of the event. 0 if it is no id.
fn time(id: &str) -> u64 {
    let number = id.strip_suffix("-0").unwrap_or(id);
    number.parse().unwrap_or_default()
}

fn check(stream: &str) -> Result<()> {
    let is_wrong = |c: char| matches!(c, ',' | '*') || c.is_whitespace() || c.is_control();
    match stream.is_empty() || stream.contains(is_wrong) {
        true => Err(Error::msg(format!(
            "the name of the stream `{stream}` is empty or has a character that such names cannot have"
        ))),
        false => Ok(()),
    }
}

impl FakeHost {
    /// Delivers the events of a stream that were not delivered yet to the handler `event` of `actor`, in
    /// order, and those that it writes meanwhile. `follows` is the name of a stream, or the beginning of names and a star, and has a
    /// position of its own. Returns the number of events.
    ///
    /// ```
    /// use capwire_actor::eventstreams::Event;
    /// use capwire_actor::prelude::*;
    /// use capwire_actor::testing::FakeHost;
    ///
    /// actor! {
    ///     event => log,
    /// }
    ///
    /// fn log(event: Event) -> Result<()> {
    ///     console_log!("{} on {}", event.event_id, event.stream);
    ///     Ok(())
    /// }
    ///
    /// let host = FakeHost::new();
    /// host.run(|| eventstreams::default().write("orders", [("number", "7")]))?;
    /// assert_eq!(host.deliver_events(&ACTOR, "orders")?, 1);
    /// assert_eq!(host.deliver_events(&ACTOR, "orders")?, 0);
    /// assert_eq!(host.console(), ["1-0 on orders"]);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns the actor's error. The event is delivered again by the next call.
    pub fn deliver_events(&self, actor: &Actor, follows: &str) -> Result<usize> {
        let mut count = 0;
        loop {
            let next = self.0.streams.borrow().next(follows);
            let Some((index, event)) = next else {
                return Ok(count);
            };
            self.call_raw(actor, contract::OP_DELIVER_EVENT, codec::encode(&event)?)?;
            let mut streams = self.0.streams.borrow_mut();
            streams.delivered.insert(follows.to_owned(), index + 1);
            count += 1;
        }
    }
}
