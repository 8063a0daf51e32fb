//! A line from an actor, fit for a log.

/// Longest line that is written, in bytes before escaping; the rest of it is cut off.
const LONGEST: usize = 8 * 1024;

/// The line without what could begin another one or steer a terminal, and not too long.
pub(crate) fn printable(line: &str) -> String {
    let end = line.floor_char_boundary(LONGEST);
    let (head, rest) = line.split_at(end);
    let mut text = String::with_capacity(head.len());
    for character in head.trim_end_matches(['\r', '\n']).chars() {
        if is_visible(character) {
            text.push(character);
        } else {
            text.extend(character.escape_default());
        }
    }
    if !rest.is_empty() {
        text.push_str(&format!(" [… {} bytes more]", rest.len()));
    }
    text
}

/// Unicode has line breaks that are no control characters, and marks that turn text around.
fn is_visible(character: char) -> bool {
    let breaks_or_turns = matches!(
        character,
        '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    !character.is_control() && !breaks_or_turns
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, printable};

    #[test]
    fn a_line_stays_one_line() {
        let forged = "hello\r\nERROR root: all is lost\u{2028}\u{85}\u{1b}[2J";
        let shown = printable(forged);
        assert_eq!(
            shown,
            r"hello\r\nERROR root: all is lost\u{2028}\u{85}\u{1b}[2J"
        );
    }

    #[test]
    fn text_of_people_is_untouched() {
        assert_eq!(printable("Grüße, 世界 \\n 🦀"), "Grüße, 世界 \\n 🦀");
    }

    #[test]
    fn the_end_of_the_line_is_not_part_of_it() {
        assert_eq!(printable("done\r\n"), "done");
    }

    #[test]
    fn text_cannot_run_backwards() {
        assert_eq!(printable("exe\u{202e}fdp"), r"exe\u{202e}fdp");
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        let shown = printable(&"é".repeat(LONGEST));
        let head = "é".repeat(LONGEST / 2);
        assert_eq!(shown, format!("{head} [… {LONGEST} bytes more]"));
    }
}
