//! The names of containers and blobs.
//!
//! A name never becomes a part of a path as it is: each container and each blob has one component of
//! a path, in which every character with a meaning for some system is encoded. So no name leads out of
//! the store. The rules refuse more: a name is also safe for the programs that read the store, and for
//! other stores.

use crate::failure::{Failure, short};
use capwire_contracts::blobstore::ErrorClass;
use std::borrow::Cow;
use std::fmt;

/// The longest name of a container or blob in bytes. A character that [`Name::encoded`] encodes counts
/// three.
pub const LONGEST_NAME: usize = 240;

/// Names of devices on Windows, which are no names of files there in any folder.
const DEVICES: [&str; 8] = [
    "con", "prn", "aux", "nul", "conin$", "conout$", "clock$", "$mft",
];

/// The name of a container or of a blob, which follows the rules.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Returns the name of a container. The empty name is the container that always exists.
    ///
    /// # Errors
    /// Returns an error if the name breaks a rule, or has a `/`.
    ///
    /// ```
    /// # use capwire_blobstore_common::Name;
    /// assert!(Name::container("images").is_ok() && Name::container("").is_ok());
    /// assert!(Name::container("images/2026").is_err());
    /// ```
    pub fn container(name: &str) -> Result<Self, Failure> {
        match name {
            "" => Ok(Self(String::new())),
            _ => checked(name, "container", false),
        }
    }

    /// Returns the name of a blob. Its parts may have a `/` between them.
    ///
    /// # Errors
    /// Returns an error if the name breaks a rule.
    ///
    /// ```
    /// # use capwire_blobstore_common::Name;
    /// assert!(Name::blob("2026/cat.png").is_ok());
    /// assert!(Name::blob("../cat.png").is_err());
    /// assert!(Name::blob("%2e%2e/cat.png").is_err());
    /// ```
    pub fn blob(name: &str) -> Result<Self, Failure> {
        checked(name, "blob", true)
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns true if this is the container that always exists.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the name as one component of a path, which begins with no dot.
    ///
    /// ```
    /// # use capwire_blobstore_common::Name;
    /// let name = Name::blob("2026/Cat 100%.png")?;
    /// assert_eq!(name.encoded(), "2026%2FCat 100%25.png");
    /// assert_eq!(Name::decoded(&name.encoded()), Some(name));
    /// # Ok::<(), capwire_blobstore_common::Failure>(())
    /// ```
    #[must_use]
    pub fn encoded(&self) -> String {
        encode(&self.0)
    }

    /// Returns the name of the blob with this component of a path, or `None` if no name has it.
    #[must_use]
    pub fn decoded(component: &str) -> Option<Self> {
        let decoded = percent_decoded(component.as_bytes());
        let name = Self::blob(std::str::from_utf8(&decoded).ok()?).ok()?;
        (name.encoded() == component).then_some(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for (at, c) in name.char_indices() {
        let is_kept = match c {
            '.' => at > 0,
            '/' | '%' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => false,
            _ => true,
        };
        match is_kept {
            true => encoded.push(c),
            // All of them are ASCII.
            false => encoded.push_str(&format!("%{:02X}", u32::from(c))),
        }
    }
    encoded
}

fn checked(name: &str, kind: &str, may_have_parts: bool) -> Result<Name, Failure> {
    let refused = |reason: &str| {
        let text = format!("the {kind} `{}` {reason}", short(name));
        Failure::new(ErrorClass::Name, text)
    };
    if name.len() > LONGEST_NAME || encode(name).len() > LONGEST_NAME {
        return Err(refused(&format!(
            "has a name of more than {LONGEST_NAME} bytes"
        )));
    }
    // A name that other programs decode is as safe as what they get.
    let mut seen = Cow::Borrowed(name.as_bytes());
    loop {
        let text = std::str::from_utf8(&seen).map_err(|_| refused("encodes no UTF-8"))?;
        if let Some(fault) = fault(&folded(text), may_have_parts) {
            return Err(refused(fault));
        }
        let decoded = percent_decoded(&seen);
        if decoded == *seen {
            return Ok(Name(name.to_owned()));
        }
        seen = Cow::Owned(decoded);
    }
}

/// Returns the rule that a name breaks.
fn fault(name: &str, may_have_parts: bool) -> Option<&'static str> {
    if name.chars().any(char::is_control) {
        return Some("has a control character");
    }
    if name.contains('\\') {
        return Some("has a `\\`: put `/` between the parts of a name");
    }
    if !may_have_parts && name.contains('/') {
        return Some("has a `/`, which only names of blobs may have");
    }
    name.split('/').find_map(fault_of_part)
}

fn fault_of_part(part: &str) -> Option<&'static str> {
    let bytes = part.as_bytes();
    let is_drive = matches!(bytes, [letter, b':', ..] if letter.is_ascii_alphabetic());
    match part {
        "" => Some("has an empty part"),
        "." | ".." => Some("has a part `.` or `..`"),
        _ if part.starts_with(' ') || part.ends_with([' ', '.']) => {
            Some("has a part that begins or ends with a space, or ends with a dot")
        }
        _ if part.starts_with('~') => Some("has a part that begins with `~`"),
        _ if is_drive || part.contains("::") => Some("names a drive or a stream of Windows"),
        _ if is_device(part) => Some("has a part that is a device on Windows"),
        _ => None,
    }
}

/// Returns true for `NUL`, `com1.txt` and such.
fn is_device(part: &str) -> bool {
    let end = part.find(['.', ':']).unwrap_or(part.len());
    let stem = part.get(..end).unwrap_or_default();
    let stem = stem.trim_end().to_lowercase();
    let port = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    let mut number = port.unwrap_or_default().chars();
    let number = (number.next(), number.next());
    let is_port = matches!(number, (Some('0'..='9' | '¹' | '²' | '³'), None));
    is_port || DEVICES.contains(&&*stem)
}

/// Returns the name as it looks, or as a lenient program reads it: characters that look like dots or
/// slashes are these, and invisible ones are left out.
fn folded(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        return Cow::Borrowed(name);
    }
    let fold = |c: char| match c {
        '\u{ff0e}' | '\u{2024}' | '\u{fe52}' => Some("."),
        '\u{2025}' | '\u{fe30}' => Some(".."),
        '\u{2026}' | '\u{fe19}' => Some("..."),
        '\u{ff0f}' | '\u{2044}' | '\u{2215}' | '\u{29f8}' => Some("/"),
        '\u{ff3c}' | '\u{fe68}' | '\u{2216}' | '\u{29f5}' | '\u{29f9}' => Some("\\"),
        '\u{ff5e}' => Some("~"),
        '\u{ff1a}' | '\u{fe55}' => Some(":"),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{3000}' | '\u{202f}' | '\u{205f}' => Some(" "),
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => Some(""),
        '\u{2060}'..='\u{2069}' | '\u{feff}' => Some(""),
        _ => None,
    };
    let mut folded = String::with_capacity(name.len());
    for c in name.chars() {
        match fold(c) {
            Some(text) => folded.push_str(text),
            None => folded.push(c),
        }
    }
    Cow::Owned(folded)
}

/// Decodes `%41` and such once. What is no such encoding stays.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| {
        char::from(*byte)
            .to_digit(16)
            .and_then(|it| u8::try_from(it).ok())
    };
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let pair = after
            .first()
            .and_then(digit)
            .zip(after.get(1).and_then(digit));
        match (first, pair) {
            (b'%', Some((high, low))) => {
                decoded.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_NAME, Name};

    #[test]
    fn names_come_back_from_their_encoding() {
        for name in [
            "cat.png",
            "a/b/c",
            ".hidden",
            "100%",
            "50%25",
            "über/größe.txt",
            "aa:b",
            "what?*",
            "x|y<z>\"",
            "👩\u{200d}🚀.png",
        ] {
            let checked = Name::blob(name).unwrap();
            let encoded = checked.encoded();
            assert!(
                !encoded.contains('/') && !encoded.starts_with('.'),
                "{encoded}"
            );
            assert_eq!(Name::decoded(&encoded), Some(checked), "{name}");
        }
    }

    #[test]
    fn other_files_have_no_names() {
        for component in [".uploads", "a%2fb", "a%", "%41", "..", "", "a/b", "a:b"] {
            let name = Name::decoded(component);
            assert_eq!(name.filter(|_| component != "a%"), None, "{component}");
        }
    }

    #[test]
    fn a_name_has_a_longest_length() {
        assert!(Name::blob(&"a".repeat(LONGEST_NAME)).is_ok());
        assert!(Name::blob(&"a".repeat(LONGEST_NAME + 1)).is_err());
        let parts = "a/".repeat(LONGEST_NAME / 4) + "b";
        assert!(Name::blob(&parts).is_err(), "{}", parts.len());
    }
}
