//! The languages of actors.

use std::fmt;
use std::str::FromStr;

/// A language in which projects can be written.
///
/// ```
/// use capwire_project::Language;
///
/// assert_eq!("rust".parse(), Ok(Language::Rust));
/// assert_eq!(Language::AssemblyScript.to_string(), "assemblyscript");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// Rust, built by Cargo.
    Rust,
    /// AssemblyScript, built by the compiler that npm installs in the project.
    AssemblyScript,
    /// Zig, built by its build system.
    Zig,
    /// C, built by make with the C compiler of Zig.
    C,
    /// Go, built by its own compiler.
    Go,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 5] = [
        Self::Rust,
        Self::AssemblyScript,
        Self::Zig,
        Self::C,
        Self::Go,
    ];

    /// Returns the name, as project files have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::AssemblyScript => "assemblyscript",
            Self::Zig => "zig",
            Self::C => "c",
            Self::Go => "go",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL
            .into_iter()
            .find(|language| language.name() == text);
        found.ok_or_else(|| UnknownLanguage(text.to_owned()))
    }
}

/// A text is not the name of a [`Language`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language of projects: known are {known}", known = known())]
pub struct UnknownLanguage(String);

fn known() -> String {
    Language::ALL.map(Language::name).join(", ")
}
