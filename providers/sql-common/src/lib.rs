//! The parts that the providers of the capability `capwire:sql` share: messages, migrations, keys of bindings, and texts of
//! points in time.
#![forbid(unsafe_code)]

pub mod message;
pub mod migrations;
pub mod settings;
pub mod time;

/// Returns true if `text` is a UUID in lower case, such as `67e55044-10b1-426f-9247-bb680e5fe0c8`.
///
/// ```
/// assert!(capwire_sql_common::is_uuid("67e55044-10b1-426f-9247-bb680e5fe0c8"));
/// assert!(!capwire_sql_common::is_uuid("67e55044"));
/// ```
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => is_hex(byte),
        })
}
