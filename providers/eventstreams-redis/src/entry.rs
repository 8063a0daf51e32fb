//! Entries of streams, as the server has them.

use capwire_contracts::eventstreams::Event;
use capwire_redis_common::Failure;
use redis::{Cmd, Value};

/// The only name of an entry for an event without values, because Redis has no entries without names.
const NO_VALUES: &str = "capwire.no-values";

/// Adds the values of an event to `XADD`.
pub(crate) fn add_values(command: &mut Cmd, event: &Event) {
    if event.values.is_empty() {
        command.arg(NO_VALUES).arg("");
    }
    for (name, value) in &event.values {
        command.arg(name).arg(value);
    }
}

/// Returns the event of an entry: an array of an id, and of names and values. Bytes that are not UTF-8, which only
/// other programs write, become U+FFFD.
pub(crate) fn event(stream: &str, entry: Value) -> Result<Event, Failure> {
    let (id, texts) = pair(entry)?;
    let Value::Array(texts) = texts else {
        return Err(Failure::BadAnswer);
    };
    let mut event = Event {
        event_id: text(id)?,
        stream: stream.to_owned(),
        ..Event::default()
    };
    let mut texts = texts.into_iter();
    while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
        event.values.insert(text(name)?, text(value)?);
    }
    if event.values.len() == 1 && event.values.get(NO_VALUES).is_some_and(String::is_empty) {
        event.values.clear();
    }
    Ok(event)
}

/// Returns the elements of an array of two.
pub(crate) fn pair(value: Value) -> Result<(Value, Value), Failure> {
    let Value::Array(parts) = value else {
        return Err(Failure::BadAnswer);
    };
    match <[Value; 2]>::try_from(parts) {
        Ok([first, second]) => Ok((first, second)),
        Err(_) => Err(Failure::BadAnswer),
    }
}

pub(crate) fn text(value: Value) -> Result<String, Failure> {
    match value {
        Value::BulkString(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        _ => Err(Failure::BadAnswer),
    }
}

#[cfg(test)]
mod tests {
    use super::{NO_VALUES, event};
    use redis::Value;

    fn entry(texts: &[&[u8]]) -> Value {
        let texts = texts.iter().map(|text| Value::BulkString(text.to_vec()));
        Value::Array(vec![
            Value::BulkString(b"5-7".to_vec()),
            Value::Array(texts.collect()),
        ])
    }

    #[test]
    fn an_entry_is_an_event() {
        let read = event("a", entry(&[b"one", b"1", b"\xff", b"2"])).unwrap();
        assert_eq!((&*read.event_id, &*read.stream), ("5-7", "a"));
        assert_eq!(
            (&*read.values["one"], &*read.values["\u{fffd}"]),
            ("1", "2")
        );
        assert!(
            event("a", entry(&[NO_VALUES.as_bytes(), b""]))
                .unwrap()
                .values
                .is_empty()
        );
    }

    #[test]
    fn an_answer_of_another_form_is_an_error() {
        for odd in [
            Value::Nil,
            Value::Int(1),
            Value::Array(vec![]),
            Value::Array(vec![Value::Nil, Value::Nil]),
        ] {
            assert!(event("a", odd).is_err());
        }
    }
}
