//! Texts of strangers' choosing, made fit for logs and terminals.

/// The most bytes of what a guest says that are shown to a person.
pub(crate) const MOST: usize = 4 * 1024;

/// Whether `character` could steer a terminal, begin a line, or make a text look like another one.
///
/// ```
/// use capwire_wapc::printable::is_deceptive;
///
/// assert!(is_deceptive('\n') && is_deceptive('\x1b') && is_deceptive('\u{202e}') && is_deceptive('\u{061c}'));
/// assert!(!is_deceptive('ß') && !is_deceptive('🦀'));
/// ```
#[must_use]
pub fn is_deceptive(character: char) -> bool {
    match character {
        // Marks and overrides of the writing direction, and line breaks that are no control characters.
        '\u{061c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    }
}

/// `text` as one line of at most `most` bytes, with no [deceptive](is_deceptive) character. Where it was
/// cut, `…` follows.
///
/// ```
/// use capwire_wapc::printable::line;
///
/// assert_eq!(line("gone\x1b[2J\nnow", 99), "gone\u{fffd}[2J\u{fffd}now");
/// assert_eq!(line("ééé", 5), "éé…");
/// ```
#[must_use]
pub fn line(text: &str, most: usize) -> String {
    let (head, rest) = text.split_at(text.floor_char_boundary(most));
    let mut line: String = head.chars().map(visible).collect();
    if !rest.is_empty() {
        line.push('…');
    }
    line
}

/// As [`line`], of each line of `text`. Empty lines at the end go.
pub(crate) fn lines(text: &str, most: usize) -> String {
    let (head, rest) = text.split_at(text.floor_char_boundary(most));
    let lines: Vec<String> = head
        .trim_end()
        .lines()
        .map(|text| line(text, most))
        .collect();
    let mut lines = lines.join("\n");
    if !rest.is_empty() {
        lines.push('…');
    }
    lines
}

fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        other if is_deceptive(other) => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{line, lines};

    #[test]
    fn a_terminal_cannot_be_steered() {
        assert_eq!(
            line("a\x1b[2J\nb\u{202e}", 99),
            "a\u{fffd}[2J\u{fffd}b\u{fffd}"
        );
        assert_eq!(lines("a\r\nb\x1b\tc\n\n", 99), "a\nb\u{fffd} c");
        assert_eq!(lines("a\rb", 99), "a\u{fffd}b");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(line("ééé", 5), "éé…");
        assert_eq!(lines("a\nééé", 5), "a\né…");
        assert_eq!(line("éé", 4), "éé");
    }
}
