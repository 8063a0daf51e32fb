//! Texts from a guest: names, errors and console lines. A text may be as long as the guest's memory, so
//! this module limits how much of it the host reads.

use crate::error::ProtocolError;
use std::borrow::Cow;

/// Maximum length in bytes of one text from a guest. A longer line or error is cut. A longer name breaks
/// the protocol, since part of a name would be another name.
pub const MAX_TEXT: usize = 64 * 1024;

/// The suffix of a text that was cut.
const CUT: &str = " […]";

/// Returns a name, or an error if it is too long or not UTF-8. A name is never cut or repaired.
pub(crate) fn name<'m>(bytes: &'m [u8], what: &'static str) -> Result<&'m str, ProtocolError> {
    let length = bytes.len();
    if length > MAX_TEXT {
        return Err(ProtocolError::TooLong { what, length });
    }
    std::str::from_utf8(bytes).map_err(|_| ProtocolError::NotUtf8 { what })
}

/// Returns a text for people: cut to [`MAX_TEXT`], with bytes that are not UTF-8 replaced.
pub(crate) fn prose(bytes: &[u8]) -> Cow<'_, str> {
    match bytes.get(..MAX_TEXT) {
        Some(head) if head.len() < bytes.len() => Cow::Owned(cut(head)),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// Removes an incomplete character at the end of `head`, and appends [`CUT`].
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
