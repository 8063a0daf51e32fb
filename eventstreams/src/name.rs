//! The names of streams.

use std::fmt;
use std::str::FromStr;

/// The longest name of a stream that actors write, in bytes.
pub const MAX_NAME: usize = 500;

/// The beginning of the names of streams for dead letters. A pattern matches them only if it begins so.
pub const DEAD: &str = "dead.";

/// The fault of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// It has no characters.
    #[error("is empty")]
    Empty,
    /// It is longer than [`MAX_NAME`].
    #[error("has more than {MAX_NAME} bytes")]
    TooLong,
    /// It has a character that names do not have.
    #[error("has the character {0:?}, which names of streams cannot have")]
    Character(char),
}

/// Checks the name of a stream. It has 1 to [`MAX_NAME`] bytes, and no commas, stars, spaces or control
/// characters, so that a list of names can be written in a binding.
///
/// # Errors
/// Returns the fault of the name.
pub fn check_name(name: &str) -> Result<(), NameError> {
    let is_wrong = |c: &char| matches!(c, ',' | '*') || c.is_whitespace() || c.is_control();
    match name.chars().find(is_wrong) {
        _ if name.is_empty() => Err(NameError::Empty),
        _ if name.len() > MAX_NAME => Err(NameError::TooLong),
        Some(character) => Err(NameError::Character(character)),
        None => Ok(()),
    }
}

/// The streams that a binding follows as one: a stream, or all whose names begin with a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Follows {
    /// The stream of this name.
    One(String),
    /// All streams whose names begin so, except for dead letters.
    Beginning(String),
}

impl Follows {
    /// Returns `true` if `stream` is followed.
    #[must_use]
    pub fn matches(&self, stream: &str) -> bool {
        match self {
            Self::One(name) => name == stream,
            Self::Beginning(start) => {
                stream.starts_with(start) && (start.starts_with(DEAD) || !stream.starts_with(DEAD))
            }
        }
    }
}

impl FromStr for Follows {
    type Err = NameError;

    /// Reads a name, or the beginning of names and a star.
    fn from_str(text: &str) -> Result<Self, NameError> {
        match text.strip_suffix('*') {
            None => check_name(text).map(|()| Self::One(text.to_owned())),
            Some("") => Ok(Self::Beginning(String::new())),
            Some(start) => check_name(start).map(|()| Self::Beginning(start.to_owned())),
        }
    }
}

/// Writes what [`FromStr`] reads.
impl fmt::Display for Follows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(name) => f.write_str(name),
            Self::Beginning(start) => write!(f, "{start}*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Follows, MAX_NAME, check_name};

    #[test]
    fn names_are_short_texts_without_marks() {
        for name in [
            "a",
            "orders-7",
            "bestellungen.größe",
            "a:b/c",
            &"x".repeat(MAX_NAME),
        ] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in [
            "",
            "a b",
            "a,b",
            "a*",
            "a\n",
            "\u{0}",
            &"x".repeat(MAX_NAME + 1),
        ] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_star_stands_for_the_rest_of_a_name_but_not_for_dead_letters() {
        for (pattern, name, matches) in [
            ("orders", "orders", true),
            ("orders", "orders-7", false),
            ("orders-*", "orders-7", true),
            ("orders-*", "orders-", true),
            ("orders-*", "orders", false),
            ("*", "orders", true),
            ("*", "dead.orders", false),
            ("d*", "dead.orders", false),
            ("dead.*", "dead.orders", true),
            ("dead.o*", "dead.orders", true),
            ("dead.orders", "dead.orders", true),
        ] {
            let follows: Follows = pattern.parse().unwrap();
            assert_eq!(follows.matches(name), matches, "{pattern} {name}");
            assert_eq!(follows.to_string(), pattern);
        }
        for pattern in ["", "a*b", "**", " *", "a,b"] {
            assert!(pattern.parse::<Follows>().is_err(), "{pattern}");
        }
    }
}
