//! An actor that keeps accounts as streams of events.
#![forbid(unsafe_code)]

use capwire_actor::eventstreams::Event;
use capwire_actor::prelude::*;

actor! {
    http => serve,
    event => project,
}

/// The value of an event by which a balance changes, in cents.
const CHANGE: &str = "change";
/// The number of events that are read at a time.
const PART: u64 = 500;

fn serve(request: http::Request) -> Result<http::Response> {
    let path: Vec<_> = request.path.trim_start_matches('/').split('/').collect();
    match (&*request.method, &*path) {
        ("POST", ["accounts", name]) => change(name, &request.body),
        ("GET", ["accounts", name]) => text(&balance(name)?),
        ("GET", ["balances", name]) => text(&Balance::read(&stream(name))?.cents),
        _ => Ok(http::Response::not_found()),
    }
}

/// Appends a change to the stream of an account.
fn change(name: &str, body: &[u8]) -> Result<http::Response> {
    let cents = std::str::from_utf8(body).ok();
    let Some(cents) = cents.and_then(|cents| cents.trim().parse::<i64>().ok()) else {
        return Ok(status(
            400,
            "the body must be a number of cents, such as 150 or -30\n",
        ));
    };
    let id = eventstreams::default().write(&stream(name), [(CHANGE, cents.to_string())])?;
    Ok(status(201, &id))
}

/// Returns the sum of all events of an account, which are its state.
fn balance(name: &str) -> Result<i64> {
    let (mut after, mut sum) = (String::new(), 0_i64);
    loop {
        let events = eventstreams::default().read_after(&stream(name), &after, PART)?;
        for event in &events {
            sum = sum.saturating_add(cents(event)?);
        }
        match events.into_iter().next_back() {
            None => return Ok(sum),
            Some(last) => after = last.event_id,
        }
    }
}

/// Adds an event to the balance in the key-value store, from which it is read without its events.
///
/// An event comes again after a crash. So the balance has the id of its last event, and older ones change
/// nothing: the events of a stream come in order.
fn project(event: Event) -> Result<()> {
    let mut balance = Balance::read(&event.stream)?;
    if position(&event.event_id) <= position(&balance.last) {
        return Ok(());
    }
    balance.cents = balance.cents.saturating_add(cents(&event)?);
    balance.last = event.event_id;
    balance.write(&event.stream)
}

/// A balance and the last event that it has.
#[derive(Default)]
struct Balance {
    cents: i64,
    last: String,
}

impl Balance {
    fn read(stream: &str) -> Result<Self> {
        let Some(stored) = keyvalue::default().get(stream)? else {
            return Ok(Self::default());
        };
        let wrong = || Error::msg(format!("`{stored}` is not a balance"));
        let (cents, last) = stored.split_once(' ').ok_or_else(wrong)?;
        Ok(Self {
            cents: cents.parse().map_err(|_| wrong())?,
            last: last.to_owned(),
        })
    }

    /// Writes both in one step.
    fn write(&self, stream: &str) -> Result<()> {
        let text = format!("{} {}", self.cents, self.last);
        keyvalue::default().set(stream, &text)?;
        Ok(())
    }
}

fn stream(name: &str) -> String {
    format!("account-{name}")
}

fn cents(event: &Event) -> Result<i64> {
    let change = event.values.get(CHANGE).map(|change| change.parse());
    match change {
        Some(Ok(cents)) => Ok(cents),
        _ => Err(Error::msg(format!(
            "the event {} has no change",
            event.event_id
        ))),
    }
}

/// Returns the parts of an id, by which ids of a stream are in order.
fn position(id: &str) -> (u64, u64) {
    let (first, second) = id.split_once('-').unwrap_or((id, ""));
    let number = |text: &str| text.parse().unwrap_or_default();
    (number(first), number(second))
}

fn text(cents: &i64) -> Result<http::Response> {
    Ok(status(200, &cents.to_string()))
}

fn status(code: u32, text: &str) -> http::Response {
    let mut response = http::Response::text(text);
    response.status_code = code;
    response
}

#[cfg(test)]
mod tests {
    use super::{ACTOR, CHANGE};
    use capwire_actor::eventstreams::{Event, OP_DELIVER_EVENT};
    use capwire_actor::prelude::*;
    use capwire_actor::testing::FakeHost;

    fn post(host: &FakeHost, name: &str, cents: &str) -> u32 {
        let request = http::Request::new("POST", &format!("/accounts/{name}"));
        let answer = host.http(&ACTOR, request.with_body(cents));
        answer.unwrap().status_code
    }

    fn get(host: &FakeHost, path: &str) -> String {
        let answer = host.http(&ACTOR, http::Request::new("GET", path)).unwrap();
        String::from_utf8(answer.body).unwrap()
    }

    #[test]
    fn a_balance_is_the_sum_of_the_events() {
        let host = FakeHost::new();
        for _ in 0..600 {
            assert_eq!(post(&host, "ada", "2"), 201);
        }
        assert_eq!(post(&host, "ada", "-200"), 201);
        assert_eq!(post(&host, "bob", "7"), 201);
        assert_eq!(get(&host, "/accounts/ada"), "1000");
        assert_eq!(get(&host, "/accounts/nobody"), "0");
        assert_eq!(post(&host, "ada", "much"), 400);
    }

    #[test]
    fn events_are_added_to_the_balance_once() {
        let host = FakeHost::new();
        post(&host, "ada", "5");
        post(&host, "ada", "6");
        assert_eq!(get(&host, "/balances/ada"), "0");
        assert_eq!(host.deliver_events(&ACTOR, "account-*").unwrap(), 2);
        assert_eq!(get(&host, "/balances/ada"), "11");
        // A crash can bring an event again.
        let again = Event {
            event_id: "1-0".to_owned(),
            stream: "account-ada".to_owned(),
            values: [(CHANGE.to_owned(), "5".to_owned())].into(),
        };
        let () = host.call(&ACTOR, OP_DELIVER_EVENT, &again).unwrap();
        assert_eq!(get(&host, "/balances/ada"), "11");
    }

    #[test]
    fn an_event_without_a_change_is_an_error() {
        let host = FakeHost::new();
        let event = Event {
            event_id: "1-0".to_owned(),
            stream: "account-ada".to_owned(),
            ..Event::default()
        };
        let handled: Result<()> = host.call(&ACTOR, OP_DELIVER_EVENT, &event);
        assert!(handled.unwrap_err().to_string().contains("has no change"));
    }
}
