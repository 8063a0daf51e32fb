//! Shows any answer to people.

use super::json;
use crate::error::Error;
use crate::output;

/// The maximum number of bytes in one line, and in all lines.
const WIDTH: usize = 16;
const MOST: usize = 4096;

/// Shows a MessagePack value as JSON.
pub(super) fn as_json(answer: &[u8]) -> Result<(), Error> {
    if answer.is_empty() {
        output::aside("note: the answer is empty\n");
        return output::json_text("null");
    }
    let json = json::from_message_pack(answer).map_err(|error| {
        Error::failure("the answer is not exactly one MessagePack value")
            .because(error)
            .help("show it without `--json`, or get its bytes with `--raw`")
    })?;
    if json.ends_in_zero {
        output::aside("note: a zero byte follows the value, as AssemblyScript of 2020 writes it\n");
    }
    output::json_text(&json.text)
}

/// Shows a MessagePack list or map as JSON, text as text, and other bytes as a hex dump.
pub(super) fn for_people(answer: &[u8]) -> Result<(), Error> {
    match shown(answer) {
        text if text.is_empty() => Ok(()),
        text => output::line(&text),
    }
}

/// Returns an answer as people read it.
pub(in crate::cmd) fn shown(answer: &[u8]) -> String {
    // A single number or text of MessagePack looks like other text or bytes, too.
    if answer.first().is_some_and(|&first| is_collection(first))
        && let Ok(json) = json::from_message_pack(answer)
    {
        return capwire_text::json(&json.text);
    }
    match std::str::from_utf8(answer) {
        Ok(text) if is_text(text) => capwire_text::lines(text, usize::MAX),
        _ => bytes(answer),
    }
}

/// Returns `true` if a list or a map of MessagePack begins with this byte.
fn is_collection(first: u8) -> bool {
    matches!(first, 0x80..=0x9f | 0xdc..=0xdf)
}

fn is_text(text: &str) -> bool {
    let is_odd = |character: char| character.is_control() && !character.is_whitespace();
    !text.contains(is_odd)
}

/// `00000000  68 65 6c 6c 6f  |hello|`
fn bytes(answer: &[u8]) -> String {
    let (head, rest) = answer.split_at(answer.len().min(MOST));
    let mut lines: Vec<String> = head
        .chunks(WIDTH)
        .enumerate()
        .map(|(index, chunk)| bytes_line(index * WIDTH, chunk))
        .collect();
    if !rest.is_empty() {
        lines.push(format!("and {} bytes more; `--raw` writes all", rest.len()));
    }
    lines.join("\n")
}

fn bytes_line(offset: usize, chunk: &[u8]) -> String {
    let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
    let visible = |&byte: &u8| match byte {
        b' '..=b'~' => char::from(byte),
        _ => '.',
    };
    let text: String = chunk.iter().map(visible).collect();
    format!("{offset:08x}  {:47}  |{text}|", hex.join(" "))
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn each_answer_is_shown_as_what_it_is() {
        for (answer, expected) in [
            (&b""[..], ""),
            (b"hello", "hello"),
            (b"two\nlines\n", "two\nlines"),
            (b"7", "7"),
            (b"\x81\xa1a\x01", "{\n  \"a\": 1\n}"),
            (b"\x90", "[]"),
            (b"\x90\0", "[]"),
            (
                b"\x81\xa1a\x01rest",
                "00000000  81 a1 61 01 72 65 73 74                          |..a.rest|",
            ),
            (
                b"\x1b[2J",
                "00000000  1b 5b 32 4a                                      |.[2J|",
            ),
            ("\u{202e}x".as_bytes(), "\\u{202e}x"),
            (
                "\u{92}\u{a4}".as_bytes(), // no MessagePack: C1 controls in UTF-8
                "00000000  c2 92 c2 a4                                      |....|",
            ),
            (
                b"\x92\xa4\xc2\x9b2J\xa3\xe2\x80\xa8",
                "[\n  \"\\u009b2J\",\n  \"\\u2028\"\n]",
            ),
        ] {
            assert_eq!(shown(answer), expected, "{answer:?}");
        }
        assert!(shown(&[0; 5000]).ends_with("and 904 bytes more; `--raw` writes all"));
    }
}
