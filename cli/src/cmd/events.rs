//! `capwire events`

use crate::args::Events;
use crate::control::Connection;
use crate::error::Error;
use crate::output;
use capwire_text::escaped;
use serde_json::Value;

pub(super) fn run(command: &Events) -> Result<(), Error> {
    let host = Connection::open(command.which.host.as_deref())?;
    let begin = || output::aside("waiting for events; Ctrl-C stops\n");
    host.follow_events(begin, |event| match command.json {
        true => output::json_text(&event.to_string()),
        false => output::line(&escaped(&text(&event))),
    })
}

/// Returns the time and the name of an event, and each detail.
fn text(event: &Value) -> String {
    let word = |key: &str| event[key].as_str().unwrap_or_default();
    let mut text = format!("{} {}", word("time"), word("event"));
    let details = event.as_object().into_iter().flatten();
    let details = details.filter(|(key, _)| !matches!(key.as_str(), "time" | "event"));
    for (key, value) in details {
        text.push_str(&format!(" {key}={}", shown(value)));
    }
    text
}

/// Returns a detail without quotes, where it is one word.
fn shown(value: &Value) -> String {
    match value {
        Value::String(word) if !word.is_empty() && !word.contains([' ', '"', '=']) => word.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            items.join(",")
        }
        other => other.to_string(),
    }
}
