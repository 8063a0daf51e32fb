//! Dead letters: events that an actor did not handle.

use capwire_contracts::eventstreams::Event;

/// The beginning of the names of values that a letter has besides those of its event.
const ABOUT: &str = "dead-letter.";

/// Returns the letter of an event, for the stream `to`.
pub(crate) fn letter(event: &Event, to: String, group: &str, tries: u32, reason: &str) -> Event {
    let mut values = event.values.clone();
    let mut about = |name: &str, value: String| {
        values.insert(format!("{ABOUT}{name}"), value);
    };
    about("stream", event.stream.clone());
    about("id", event.event_id.clone());
    about("group", group.to_owned());
    about("tries", tries.to_string());
    about("reason", reason.to_owned());
    Event {
        event_id: String::new(),
        stream: to,
        values,
    }
}
