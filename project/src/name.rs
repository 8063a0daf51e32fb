//! The names of projects.

use std::fmt;
use std::str::FromStr;

/// The largest length in bytes. The name is part of the names of files.
const LONGEST: usize = 64;

/// Names that cargo refuses for a package.
const RESERVED: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "capwire-actor",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// The name of a project, which is also the name of its actor and of its package.
///
/// ```
/// use capwire_project::Name;
///
/// let name: Name = "guest-book".parse()?;
/// assert_eq!(name.identifier(), "guest_book");
/// assert!("../up".parse::<Name>().is_err());
/// # Ok::<(), capwire_project::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Returns the name as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name with `_` in place of `-`, as programs name a library.
    pub fn identifier(&self) -> String {
        self.0.replace('-', "_")
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        let error = |problem| {
            Err(NameError {
                name: text.to_owned(),
                problem,
            })
        };
        if !text.starts_with(|first: char| first.is_ascii_lowercase()) {
            return error("it must begin with a small letter from a to z");
        }
        if !text.bytes().all(is_plain) {
            return error("it may have only small letters from a to z, digits, `-` and `_`");
        }
        if text.len() > LONGEST {
            return error("it has more than 64 characters");
        }
        if RESERVED.contains(&text) {
            return error("the word is reserved");
        }
        Ok(Self(text.to_owned()))
    }
}

/// A text cannot be the name of a project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot be the name of a project: {problem}")]
pub struct NameError {
    name: String,
    problem: &'static str,
}
