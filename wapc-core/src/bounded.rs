//! Texts that a guest gives: names, errors and console lines. A guest may have gigabytes of memory
//! and mean all of it, so what the host takes of a text is bounded here.

use crate::error::ProtocolError;
use std::borrow::Cow;

/// Most bytes of one text that a host takes from a guest. A longer line or error is cut there; a
/// longer name breaks the protocol, since part of a name would be another name.
pub const MAX_TEXT: usize = 64 * 1024;

/// Stands at the end of what was cut.
const CUT: &str = " […]";

/// Names have to be what they are.
pub(crate) fn name<'m>(bytes: &'m [u8], what: &'static str) -> Result<&'m str, ProtocolError> {
    let length = bytes.len();
    if length > MAX_TEXT {
        return Err(ProtocolError::TooLong { what, length });
    }
    std::str::from_utf8(bytes).map_err(|_| ProtocolError::NotUtf8 { what })
}

/// What people read: bytes that are not UTF-8 are replaced.
pub(crate) fn prose(bytes: &[u8]) -> Cow<'_, str> {
    match bytes.get(..MAX_TEXT) {
        Some(head) if head.len() < bytes.len() => Cow::Owned(cut(head)),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// Without the beginning of a character that goes on behind the cut.
fn cut(head: &[u8]) -> String {
    let whole = match std::str::from_utf8(head) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => head.len(),
    };
    let text = String::from_utf8_lossy(head.get(..whole).unwrap_or(head));
    text.into_owned() + CUT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters_and_never_grow_much() {
        let exact = "é".repeat(MAX_TEXT / 2);
        assert_eq!(prose(exact.as_bytes()), exact);
        let cut = prose(&[b"a", exact.as_bytes()].concat()).into_owned();
        assert_eq!(cut.len(), MAX_TEXT - 1 + CUT.len());
        assert!(cut.ends_with("é […]"));
        assert!(prose(&vec![0xff; 1 << 20]).len() <= 3 * MAX_TEXT + CUT.len());
    }

    #[test]
    fn names_are_whole_or_nothing() {
        let longest = vec![b'n'; MAX_TEXT];
        assert_eq!(name(&longest, "it").unwrap().len(), MAX_TEXT);
        let longer = [b'n'; MAX_TEXT + 1];
        let error = name(&longer, "it").unwrap_err();
        let length = MAX_TEXT + 1;
        assert_eq!(error, ProtocolError::TooLong { what: "it", length });
    }
}
