//! Texts of a guest's choosing, made fit for logs and terminals.

/// The most bytes of what a guest says that are shown to a person.
pub(crate) const MOST: usize = 4 * 1024;

/// `text` in at most `most` bytes and without the power to steer a terminal or to begin a line.
pub(crate) fn line(text: &str, most: usize) -> String {
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
        // Overrides of the writing direction can make a text look like another one.
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            char::REPLACEMENT_CHARACTER
        }
        control if control.is_control() => char::REPLACEMENT_CHARACTER,
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
