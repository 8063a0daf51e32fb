//! The prose of a Rust file: doc comments and error messages.

use super::markdown;

/// Code before the text of an error, or of its help.
const BEFORE_A_MESSAGE: [&str; 4] = [
    "#[error(",
    "Error::failure(",
    "Error::unreadable(",
    ".help(",
];

/// Returns the sentences of the doc comments in `text`.
pub(super) fn doc_comments(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        let comment = line.strip_prefix("///").or(line.strip_prefix("//!"));
        comment.unwrap_or_default()
    });
    let prose: Vec<&str> = lines.collect();
    markdown::sentences(&prose.join("\n"))
}

/// Returns the messages of the errors in `text`, as far as they are literals.
pub(super) fn errors(text: &str) -> Vec<String> {
    let before_tests = text.split("#[cfg(test)]").next().unwrap_or_default();
    let messages = BEFORE_A_MESSAGE.iter().flat_map(|marker| {
        let rest = before_tests.split(marker).skip(1);
        rest.filter_map(literal)
    });
    messages.filter(|message| message.contains(' ')).collect()
}

/// Returns the literal at the beginning of `code`, also as the first argument of `format!`.
fn literal(code: &str) -> Option<String> {
    let code = code.trim_start();
    let code = code.strip_prefix("format!(").unwrap_or(code).trim_start();
    let mut letters = code.strip_prefix('"')?.chars();
    let mut text = String::new();
    loop {
        match letters.next()? {
            '"' => break,
            '\\' => match letters.next()? {
                '\n' => {}
                letter => text.push(letter),
            },
            letter => text.push(letter),
        }
    }
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::{doc_comments, errors};

    #[test]
    fn comments_and_messages_are_found() {
        let text = r#"//! A module.

/// A type. It holds
/// something.
///
/// ```
/// let code = 1;
/// ```
#[error("cannot read `{0}`: \
         it is a folder")]
struct Type; // not this
let error = Error::failure(format!(
    "cannot \"do\" {it}"
));
"#;
        assert_eq!(
            doc_comments(text),
            ["A module.", "A type.", "It holds something."]
        );
        assert_eq!(
            errors(text),
            ["cannot read `{0}`: it is a folder", "cannot \"do\" {it}"]
        );
    }
}
