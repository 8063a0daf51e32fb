//! Events as messages of the server.

use crate::failure::Failure;
use capwire_contracts::eventstreams::Event;
use std::collections::BTreeMap;

/// The only name of an event whose message has another form than those of actors.
const PAYLOAD: &str = "payload";
/// The names of values that say of a dead letter where its event is, and why it is a letter.
const ABOUT: [&str; 5] = [
    "dead-letter.stream",
    "dead-letter.id",
    "dead-letter.group",
    "dead-letter.tries",
    "dead-letter.reason",
];

/// Returns the payload of the message of an event: its values as a JSON object.
pub(crate) fn payload(event: &Event) -> Result<Vec<u8>, Failure> {
    // Texts can always be written.
    serde_json::to_vec(&event.values).map_err(|_| Failure::BadAnswer)
}

/// Returns the values of an event. Other programs can write messages of any form, and a follower must get past them.
pub(crate) fn values(payload: &[u8]) -> BTreeMap<String, String> {
    serde_json::from_slice(payload).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(payload).into_owned();
        BTreeMap::from([(PAYLOAD.to_owned(), text)])
    })
}

/// Returns a dead letter without the values of its event.
pub(crate) fn only_about(letter: &Event) -> Event {
    let about = |(name, value): (&String, &String)| {
        ABOUT
            .contains(&&**name)
            .then(|| (name.clone(), value.clone()))
    };
    Event {
        event_id: String::new(),
        stream: letter.stream.clone(),
        values: letter.values.iter().filter_map(about).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, only_about, payload, values};

    #[test]
    fn values_are_read_back() {
        let mut event = Event::default();
        for (name, value) in [("", "empty"), ("ü\0\n\"", "→\u{1f980}"), ("one", "")] {
            event.values.insert(name.to_owned(), value.to_owned());
        }
        assert_eq!(values(&payload(&event).unwrap()), event.values);
        assert_eq!(payload(&Event::default()).unwrap(), b"{}");
    }

    #[test]
    fn a_message_of_another_form_is_one_value() {
        let deep = "[".repeat(100_000);
        for text in ["", "text", "[]", "{\"a\":1}", "{\"a\":", "null", &deep] {
            let read = values(text.as_bytes());
            assert_eq!(read.len(), 1);
            assert_eq!(read["payload"], text);
        }
        assert_eq!(values(b"\xff")["payload"], "\u{fffd}");
    }

    #[test]
    fn a_short_letter_says_where_its_event_is() {
        let mut letter = Event {
            stream: "dead.a".to_owned(),
            ..Event::default()
        };
        for name in ["number", "dead-letter.id", "dead-letter.other"] {
            letter.values.insert(name.to_owned(), "1".to_owned());
        }
        let short = only_about(&letter);
        assert_eq!(short.stream, "dead.a");
        assert_eq!(short.values.len(), 1);
        assert_eq!(short.values["dead-letter.id"], "1");
    }
}
