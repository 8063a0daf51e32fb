//! Log lines from actors.

/// The maximum length of a line in bytes, before escaping. The rest is cut off.
const LONGEST: usize = 8 * 1024;

/// Returns `line` escaped and cut to 8 KiB, with the number of bytes that were cut off.
pub(crate) fn shown(line: &str) -> String {
    let (head, rest) = line.split_at(line.floor_char_boundary(LONGEST));
    let text = capwire_text::escaped(head.trim_end_matches(['\r', '\n']));
    match rest.len() {
        0 => text,
        more => format!("{text} [… {more} bytes more]"),
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, shown};

    #[test]
    fn a_line_stays_one_line_and_its_end_is_left_out() {
        let forged = "hello\r\nERROR root: all is lost\u{1b}[2J\u{61c}\r\n";
        let escaped = r"hello\r\nERROR root: all is lost\u{1b}[2J\u{61c}";
        assert_eq!(shown(forged), escaped);
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        let text = shown(&"é".repeat(LONGEST));
        let head = "é".repeat(LONGEST / 2);
        assert_eq!(text, format!("{head} [… {LONGEST} bytes more]"));
    }
}
