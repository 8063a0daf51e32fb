//! The names of keys on the server.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The longest name of a key. A longer one would not fit into a line of the protocol.
const LONGEST: usize = 512;

/// Returns the name of `key`: one token of a subject, different for each key. Letters, digits, `-`, `_` and `/` stand for
/// themselves, and any other byte is `=` with two hexadecimal digits. An empty key is `=e`, and a key with a long name is
/// `=h` with its SHA-256 hash.
pub(crate) fn of(key: &str) -> String {
    if key.is_empty() {
        return "=e".to_owned();
    }
    let mut name = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'/' => {
                name.push(char::from(byte));
            }
            // Writing to a `String` cannot fail.
            byte => drop(write!(name, "={byte:02X}")),
        }
        if name.len() > LONGEST {
            let hash = Sha256::digest(key.as_bytes());
            return format!("=h{}", BASE64URL_NOPAD.encode(&hash));
        }
    }
    name
}

/// Returns true if `text` consists of tokens that can be a part of the names of a bucket's keys.
pub(crate) fn is_prefix(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
    let is_token = |token: &str| !token.is_empty() && token.chars().all(is_plain);
    text.len() <= 256 && text.split('.').all(is_token)
}

/// Returns true if `text` can be the name of a bucket.
pub(crate) fn is_bucket(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=64).contains(&text.len()) && text.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::of;
    use std::collections::HashSet;

    #[test]
    fn a_name_is_one_token_and_different_for_each_key() {
        assert_eq!(of("user/17-a_B"), "user/17-a_B");
        assert_eq!(of("a.b *>=\n"), "a=2Eb=20=2A=3E=3D=0A");
        assert_eq!(of("ключ"), "=D0=BA=D0=BB=D1=8E=D1=87");
        let long = "x".repeat(1_000);
        let keys = ["", "=", "=e", "=h", "e", "h", "\0", "E", &long, &of(&long)];
        let names: HashSet<String> = keys.iter().map(|key| of(key)).collect();
        assert_eq!(names.len(), keys.len());
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_/=".contains(c);
        assert!(names.iter().all(|name| name.chars().all(is_plain)));
        assert!(names.iter().all(|name| name.len() <= 512));
    }
}
