//! The names of streams and groups on the server. Actors choose names, so none may have a meaning for the server.

use capwire_eventstreams::Follows;
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The beginning of the subjects of all events.
const ROOT: &str = "capwire.events";

/// Returns the subjects of all events of a stream of JetStream.
pub(crate) fn subjects(jetstream: &str) -> String {
    format!("{ROOT}.{jetstream}.*")
}

/// Returns the subject of the events of a stream.
pub(crate) fn subject(jetstream: &str, stream: &str) -> String {
    format!("{ROOT}.{jetstream}.{}", token(stream))
}

/// Returns the stream of a subject, or `None` if it is not one that [`subject`] returns.
pub(crate) fn stream(jetstream: &str, subject: &str) -> Option<String> {
    let rest = subject.strip_prefix(ROOT)?.strip_prefix('.')?;
    let found = rest.strip_prefix(jetstream)?.strip_prefix('.')?;
    text(found)
}

/// Returns the subjects that an entry of `STREAMS` follows, and others if it is a pattern: subjects have wildcards for
/// whole tokens only.
pub(crate) fn filter(jetstream: &str, follows: &Follows) -> String {
    match follows {
        Follows::One(stream) => subject(jetstream, stream),
        Follows::Beginning(_) => subjects(jetstream),
    }
}

/// Returns the name of the consumer that has the position of a group for an entry of `STREAMS`. The entry is hashed,
/// because it can be longer than the name of a consumer.
pub(crate) fn consumer(group: &str, follows: &Follows) -> String {
    let hash = Sha256::digest(follows.to_string().as_bytes());
    format!("{}-{}", token(group), BASE64URL_NOPAD.encode(&hash))
}

/// Returns a text as one token of a subject, different for each text. Letters, digits, `-` and `_` stand for themselves,
/// and any other byte is `=` with two hexadecimal digits.
pub(crate) fn token(text: &str) -> String {
    let mut token = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => token.push(char::from(byte)),
            // Writing to a `String` cannot fail.
            byte => drop(write!(token, "={byte:02X}")),
        }
    }
    token
}

/// Returns the text of a token, or `None` if it is not one that [`token`] returns.
fn text(found: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(found.len());
    let mut parts = found.split('=');
    bytes.extend_from_slice(parts.next()?.as_bytes());
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    let text = String::from_utf8(bytes).ok()?;
    (token(&text) == found).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{consumer, filter, stream, subject, text, token};
    use capwire_eventstreams::{Follows, MAX_NAME};
    use std::collections::HashSet;

    #[test]
    fn a_name_is_one_token_that_is_read_back() {
        assert_eq!(token("orders-7_B"), "orders-7_B");
        assert_eq!(token("a.b *>=\n/"), "a=2Eb=20=2A=3E=3D=0A=2F");
        let long = "ж".repeat(MAX_NAME / 2);
        let names = [
            "a", "A", "=", "=2E", ".", "..", ">", "*", "a.b", "a.*", "$JS", "\0", "größe", &long,
        ];
        let tokens: HashSet<String> = names.iter().map(|name| token(name)).collect();
        assert_eq!(tokens.len(), names.len());
        for name in names {
            let token = token(name);
            assert!(!token.contains(['.', '*', '>', ' ', '$']), "{token}");
            assert_eq!(text(&token).as_deref(), Some(name));
            let subject = subject("shop", name);
            assert_eq!(stream("shop", &subject).as_deref(), Some(name));
            assert_eq!(stream("sho", &subject), None);
        }
    }

    #[test]
    fn a_subject_of_another_form_is_no_stream() {
        for other in [
            "=", "=2", "=2e", "=ZZ", "=FF", "a.b", "a/b", "=61", "=+1", "*", "ä",
        ] {
            let found = stream("shop", &format!("capwire.events.shop.{other}"));
            assert_eq!(found, None, "{other}");
        }
        for other in ["", "capwire.events", "capwire.events.shop", "shop.a"] {
            assert_eq!(stream("shop", other), None, "{other}");
        }
    }

    #[test]
    fn groups_and_entries_have_consumers_of_their_own() {
        let entries = ["orders", "orders-*", "*"];
        let entries = entries.map(|entry| entry.parse::<Follows>().unwrap());
        let mut names = HashSet::new();
        for group in ["a", "b", "a.b", "a-b", &"M".repeat(64)] {
            for entry in &entries {
                let name = consumer(group, entry);
                assert!(!name.contains(['.', '*', '>', ' ', '/', '\\']), "{name}");
                assert!(name.len() <= 255, "{name}");
                assert!(names.insert(name));
            }
        }
        assert_eq!(filter("shop", &entries[0]), "capwire.events.shop.orders");
        assert_eq!(filter("shop", &entries[1]), "capwire.events.shop.*");
    }
}
