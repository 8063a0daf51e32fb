//! The header field `Forwarded` (RFC 7239).

/// The words of one proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// The node that asked the proxy.
    pub(super) of: Option<String>,
    pub(super) proto: Option<String>,
    pub(super) host: Option<String>,
}

/// Returns the elements of one field, or `None` if it breaks the grammar anywhere. A part of it must not
/// count then: a client can open a quote that swallows the words of the proxies behind it.
pub(super) fn elements(line: &str) -> Option<Vec<Element>> {
    let mut elements = Vec::new();
    let mut rest = line.trim_ascii();
    loop {
        let (element, after) = element(rest)?;
        elements.push(element);
        match after.strip_prefix(',') {
            Some(more) => rest = more.trim_ascii_start(),
            None => return after.is_empty().then_some(elements),
        }
    }
}

/// Reads one element, and returns what follows it.
fn element(mut rest: &str) -> Option<(Element, &str)> {
    let mut element = Element::default();
    loop {
        let (name, after) = token(rest)?;
        let (value, after) = value(after.strip_prefix('=')?)?;
        let known = match name.to_ascii_lowercase().as_str() {
            "for" => Some(&mut element.of),
            "proto" => Some(&mut element.proto),
            "host" => Some(&mut element.host),
            _ => None,
        };
        if let Some(known) = known
            && known.replace(value).is_some()
        {
            return None;
        }
        let after = after.trim_ascii_start();
        match after.strip_prefix(';') {
            Some(more) => rest = more.trim_ascii_start(),
            None => return Some((element, after)),
        }
    }
}

fn token(text: &str) -> Option<(&str, &str)> {
    let is_end =
        |letter: char| !letter.is_ascii_alphanumeric() && !"!#$%&'*+-.^_`|~".contains(letter);
    let end = text.find(is_end).unwrap_or(text.len());
    let (token, after) = text.split_at_checked(end)?;
    (!token.is_empty()).then_some((token, after))
}

/// Reads a token or a quoted text.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        return token(text).map(|(token, after)| (token.to_owned(), after));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, quoted.get(at.saturating_add(1)..)?)),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}
