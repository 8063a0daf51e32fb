//! Words that can stand in a proposed command.

/// Returns `text` if it can stand in a command or a file that somebody copies from a message, or
/// `placeholder` otherwise.
///
/// Guests, tokens and files choose names. In a proposed command, a name such as `x$(reboot)` would
/// run as a part of the command. So only ASCII letters, digits and the signs `:/._-@+=` are
/// accepted, which mean nothing to shells and YAML, and no sign `-` at the start, which begins an
/// option.
///
/// ```
/// use capwire_text::word;
///
/// assert_eq!(word("session:1", "RESOURCE"), "session:1");
/// assert_eq!(word("x$(reboot)", "CAPABILITY"), "CAPABILITY");
/// ```
#[must_use]
pub fn word<'t>(text: &'t str, placeholder: &'t str) -> &'t str {
    if is_plain(text) { text } else { placeholder }
}

/// Returns `true` if [`word`] accepts `text`.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/._-@+=".contains(&byte);
    !text.is_empty() && !text.starts_with('-') && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::{is_plain, word};

    #[test]
    fn a_word_is_plain_or_replaced_n2() {
        for plain in ["Get", "wascc:keyvalue", "./a-b_c.wasm", "x@y+z=1"] {
            assert_eq!(word(plain, "NAME"), plain);
        }
        for other in [
            "", "-rf", "a b", "a'b", "a\"b", "$(a)", "`a`", "a;b", "a\nb", "~a", "*", "ä",
        ] {
            assert!(!is_plain(other), "{other:?}");
            assert_eq!(word(other, "NAME"), "NAME");
        }
    }
}
