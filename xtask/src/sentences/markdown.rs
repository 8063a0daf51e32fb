//! The sentences of a Markdown text.

/// Cells of tables with fewer words are names and numbers.
const WORDS_OF_A_CELL: usize = 5;

/// Returns the sentences of `text`, without headings and code.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut paragraph = String::new();
    let mut is_code = false;
    for line in text.lines().map(str::trim).chain([""]) {
        let is_fence = line.starts_with("```");
        let is_row = line.starts_with('|');
        let (item, begins) = match item(line) {
            Some(item) => (item, true),
            None => (line, false),
        };
        if line.is_empty() || line.starts_with('#') || is_fence || is_row || begins {
            found.extend(split(&std::mem::take(&mut paragraph)));
        }
        is_code ^= is_fence;
        if is_row && !is_code {
            let is_long = |cell: &&str| cell.split_whitespace().count() >= WORDS_OF_A_CELL;
            let cells = line.split('|').map(str::trim).filter(is_long);
            found.extend(cells.flat_map(split));
        } else if !is_code && !is_fence && !line.starts_with('#') {
            paragraph.push_str(item);
            paragraph.push(' ');
        }
    }
    found
}

/// Returns the text of a line that begins an item of a list.
fn item(line: &str) -> Option<&str> {
    let marked = ["- ", "* ", "> "];
    let bullet = marked.iter().find_map(|mark| line.strip_prefix(mark));
    bullet.or_else(|| {
        let (number, text) = line.split_once(". ")?;
        number.parse::<u8>().is_ok().then_some(text)
    })
}

/// Splits a paragraph where a full stop, question mark or exclamation mark precedes a capital letter or code.
fn split(paragraph: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    for word in paragraph.split_whitespace() {
        let begins =
            word.starts_with(|letter: char| letter.is_uppercase() || "`*[".contains(letter));
        let last = sentences.last().map(String::as_str).unwrap_or_default();
        let ended = last
            .trim_end_matches(['*', ')', '"'])
            .ends_with(['.', '?', '!']);
        if begins && ended {
            sentences.push(String::new());
        }
        if let Some(sentence) = sentences.last_mut() {
            if !sentence.is_empty() {
                sentence.push(' ');
            }
            sentence.push_str(word);
        }
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

#[cfg(test)]
mod tests {
    use super::sentences;

    #[test]
    fn prose_is_split_and_code_is_left_out() {
        let text = "# Title\n\nOne thing\nis here. `Two` is, too, e.g. this.\n\n- An item.\n- Another\n  item.\n1. A third.\n\n\
                    ```sh\ncargo test\n```\n| `a` | a cell of some more words |\n";
        let expected = [
            "One thing is here.",
            "`Two` is, too, e.g. this.",
            "An item.",
            "Another item.",
            "A third.",
            "a cell of some more words",
        ];
        assert_eq!(sentences(text), expected);
    }
}
