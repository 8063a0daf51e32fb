//! The streams of a binding on its server.

use crate::entry::{add_values, event, text};
use crate::scripts::READ;
use crate::values::Bound;
use capwire_contracts::eventstreams::Event;
use capwire_eventstreams::{EventId, Failure as Refused, MAX_ANSWER, Selection};
use capwire_provider::{Call, ProviderError};
use capwire_redis_common::{Client, Failure, Outcome, Request, run};
use redis::Value;
use std::time::{SystemTime, UNIX_EPOCH};

/// The most events of an answer. So many small ones are longer than an answer may be.
const MOST_EVENTS: u64 = 1_000_000;

/// The streams of a binding.
pub(crate) struct Store {
    pub(crate) client: Client,
    pub(crate) prefix: String,
    pub(crate) bound: Bound,
}

impl Store {
    /// Returns the key of a stream on the server.
    pub(crate) fn key(&self, stream: &str) -> String {
        format!("{}{stream}", self.prefix)
    }

    /// Appends an event, and returns its id.
    pub(crate) async fn append(&self, call: &Call<'_>, event: &Event) -> Result<String, Failure> {
        let mut command = redis::cmd("XADD");
        command.arg(self.key(&event.stream));
        match self.bound {
            Bound::None => {}
            Bound::Length(length) => {
                command.arg("MAXLEN").arg("~").arg(length);
            }
            Bound::Age(age) => {
                command.arg("MINID").arg("~").arg(now().saturating_sub(age));
            }
        }
        command.arg("*");
        add_values(&mut command, event);
        text(self.client.ask(call, Request::write(command)).await?)
    }

    /// Returns the selected events, oldest first.
    pub(crate) async fn read(
        &self,
        call: &Call<'_>,
        selection: Selection,
    ) -> Result<Vec<Event>, ProviderError> {
        let first = selection.first.max(self.oldest());
        let mut command = run(&READ, &[self.key(&selection.stream)]);
        command
            .arg(first.to_string())
            .arg(selection.last.to_string());
        command
            .arg(selection.count.min(MOST_EVENTS))
            .arg(MAX_ANSWER);
        let request = Request::read(command).running(&READ);
        let answer = self.client.ask(call, request).await?;
        let Outcome::Done(Value::Array(entries)) = Outcome::of(answer)? else {
            return Err(Refused::AnswerTooLong.into());
        };
        let events = entries
            .into_iter()
            .map(|entry| event(&selection.stream, entry));
        Ok(events.collect::<Result<_, _>>()?)
    }

    /// Returns the smallest id of an event that is not too old.
    fn oldest(&self) -> EventId {
        match self.bound {
            Bound::Age(age) => EventId::first_of(now().saturating_sub(age)),
            Bound::None | Bound::Length(_) => EventId::default(),
        }
    }
}

/// Returns the time in milliseconds since the Unix epoch.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}
