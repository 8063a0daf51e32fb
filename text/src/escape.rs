//! Escapes text, up to a maximum length.

use crate::is_deceptive;
use alloc::string::String;
use core::fmt::Write;

/// Returns `text` as one line, with an escape such as `\n` or `\u{202e}` in place of each
/// [deceptive](is_deceptive) character, and a space in place of a tab. Text that is escaped already
/// stays as it is.
///
/// ```
/// use capwire_text::escaped;
///
/// assert_eq!(escaped("exe\u{202e}fdp"), r"exe\u{202e}fdp");
/// assert_eq!(escaped("Grüße, 世界 🦀"), "Grüße, 世界 🦀");
/// ```
#[must_use]
pub fn escaped(text: &str) -> String {
    line(text, usize::MAX)
}

/// Returns `text` [escaped], truncated after at most `most` bytes. `…` marks truncated text. An
/// escape is never cut, and no more of `text` is read than is shown.
///
/// ```
/// use capwire_text::line;
///
/// assert_eq!(line("gone\nnow", 99), r"gone\nnow");
/// assert_eq!(line("ééé", 5), "éé…");
/// assert_eq!(line("a\x1b[2J", 3), "a…");
/// ```
#[must_use]
pub fn line(text: &str, most: usize) -> String {
    let mut shown = Shown::new(most);
    let is_complete = shown.push_line(text);
    shown.finish(is_complete)
}

/// Returns `text` with each line [escaped], truncated after at most `most` bytes. `…` marks
/// truncated text. White space at the end is left out.
///
/// ```
/// use capwire_text::lines;
///
/// assert_eq!(lines("one\x1b[2J\r\n  two\n\n", 99), "one\\u{1b}[2J\n  two");
/// assert_eq!(lines("one\ntwo", 5), "one\nt…");
/// ```
#[must_use]
pub fn lines(text: &str, most: usize) -> String {
    let mut shown = Shown::new(most);
    let mut lines = text.trim_end().lines();
    let is_complete = lines.next().is_none_or(|first| shown.push_line(first))
        && lines.all(|line| shown.push("\n") && shown.push_line(line));
    shown.finish(is_complete)
}

/// Returns the JSON `text` with the escapes of JSON in place of each [deceptive](is_deceptive)
/// character but line breaks. JSON allows such characters only within strings, so the meaning of
/// the JSON stays the same.
///
/// ```
/// assert_eq!(capwire_text::json("[\"\u{9b}2J\"]"), r#"["\u009b2J"]"#);
/// assert_eq!(capwire_text::json("[\"\u{e0041}\"]"), r#"["\udb40\udc41"]"#);
/// ```
#[must_use]
pub fn json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\n' || !is_deceptive(character) {
            shown.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a `String` cannot fail.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    }
    shown
}

/// The output so far, and the number of bytes that still fit.
struct Shown {
    text: String,
    left: usize,
}

impl Shown {
    fn new(most: usize) -> Self {
        Self {
            text: String::new(),
            left: most,
        }
    }

    /// Adds one line. Returns `false` if it does not fit completely.
    fn push_line(&mut self, line: &str) -> bool {
        line.chars().all(|character| match character {
            '\t' => self.push(" "),
            deceptive if is_deceptive(deceptive) => self.push_escape(deceptive),
            plain => self.push(plain.encode_utf8(&mut [0; 4])),
        })
    }

    fn push_escape(&mut self, character: char) -> bool {
        let escape: String = character.escape_default().collect();
        self.push(&escape)
    }

    /// Adds `text` if it fits.
    fn push(&mut self, text: &str) -> bool {
        let Some(left) = self.left.checked_sub(text.len()) else {
            return false;
        };
        self.left = left;
        self.text.push_str(text);
        true
    }

    fn finish(mut self, is_complete: bool) -> String {
        if !is_complete {
            self.text.push('…');
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::{escaped, json, line, lines};
    use crate::is_deceptive;
    use alloc::string::String;

    fn all_characters() -> String {
        ('\0'..=char::MAX).collect()
    }

    #[test]
    fn nothing_deceptive_is_left_of_any_text() {
        let all = all_characters();
        assert!(!escaped(&all).contains(is_deceptive));
        let is_odd = |character| character != '\n' && is_deceptive(character);
        assert!(!lines(&all, usize::MAX).contains(is_odd));
        assert!(!json(&all).contains(is_odd));
    }

    #[test]
    fn a_text_cannot_begin_a_line_or_steer_a_terminal() {
        let forged = "hello\r\nERROR root: all is lost\u{2028}\u{85}\u{1b}[2J";
        let shown = r"hello\r\nERROR root: all is lost\u{2028}\u{85}\u{1b}[2J";
        assert_eq!(escaped(forged), shown);
        assert_eq!(escaped(shown), shown);
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(lines("a\r\nb\x1b\tc\n\n", 99), "a\nb\\u{1b} c");
        assert_eq!(lines("a\rb", 99), "a\\rb");
        assert_eq!(lines("\n\na", 99), "\n\na");
        assert_eq!(lines(" \n ", 99), "");
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        assert_eq!(line("ééé", 5), "éé…");
        assert_eq!(line("éé", 4), "éé");
        assert_eq!(line("a\n", 2), "a…");
        assert_eq!(lines("a\nééé", 5), "a\né…");
        assert_eq!(lines("ab\ncd", 2), "ab…");
    }
}
