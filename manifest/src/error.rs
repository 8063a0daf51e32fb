//! The faults of manifests and policy files.

use crate::model::Position;
use crate::nearest::{nearest, replaced};
use capwire_limits::{Limit, Unit};
use std::fmt;

/// A fault of a manifest or policy file: where it is, what is wrong, and how to correct it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct ManifestError {
    /// The place of the fault. `None` if it concerns the whole text.
    pub position: Option<Position>,
    /// The path of the key from the root, as in `bindings[0].values`. Empty if the position is
    /// sufficient.
    pub field: String,
    /// The fault.
    pub problem: Problem,
}

/// `line:column: field: problem`
impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "{position}: ")?;
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        self.problem.fmt(f)
    }
}

impl ManifestError {
    pub(crate) fn at(position: Position, problem: Problem) -> Self {
        Self {
            position: Some(position),
            ..Self::whole(problem)
        }
    }

    /// An error in the text as a whole.
    pub(crate) fn whole(problem: Problem) -> Self {
        Self {
            position: None,
            field: String::new(),
            problem,
        }
    }

    /// Returns how to correct it, as a sentence or a question.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match &self.problem {
            Problem::UnknownKey { key, known } => Some(help_on_key(key, known)),
            Problem::NoSource => Some("add `builtin: NAME` or `path: FILE`".to_owned()),
            Problem::TwoSources => Some("keep either `builtin` or `path`".to_owned()),
            Problem::KeyOfFiles { key } => {
                Some(format!("remove `{key}`, or name an archive with `path`"))
            }
            Problem::Isolation => {
                Some("remove it for a provider in the host's own process".to_owned())
            }
            Problem::MissingKey { key } => Some(format!("add `{key}: …`")),
            Problem::Null => Some("remove the key, or write \"\" for an empty text".to_owned()),
            Problem::DuplicateKey { .. } => Some("keep one of them".to_owned()),
            Problem::BadSecret => Some("write `env:NAME` or `file:PATH`".to_owned()),
            Problem::SecondDocument => Some("keep one document in each file".to_owned()),
            Problem::EmptyPolicy => Some(
                "write `everyone: { limit: [] }` for a policy that restricts nothing".to_owned(),
            ),
            Problem::EmptyProject => Some("write `name` and `language`".to_owned()),
            Problem::NoCall => Some("write `http: GET /` or `operation: NAME`".to_owned()),
            Problem::TwoAnswers => Some("keep one of them".to_owned()),
            Problem::NothingExpected => {
                Some("write `status`, `headers`, `body`, `payload` or `error`".to_owned())
            }
            Problem::MissingList => Some("write `[]` for an empty list".to_owned()),
            Problem::NoAmount { limit, .. } => Some(how_to_write(limit.unit())),
            Problem::OutOfRange { limit, .. } => Some(format!(
                "remove the key to get the default: {}",
                limit.default_text()
            )),
            Problem::NoMultiple { limit, amount, .. } => Some(nearest_multiples(*limit, *amount)),
            Problem::TooLarge { .. }
            | Problem::TooComplex
            | Problem::WrongType { .. }
            | Problem::Malformed(_) => None,
        }
    }
}

fn help_on_key(key: &str, known: &[&'static str]) -> String {
    if let Some(new) = replaced(key, known) {
        return format!("write `{new}`, which replaces that key of 2021");
    }
    match nearest(key, known.iter().copied()) {
        Some(known) => format!("did you mean `{known}`?"),
        None => format!("the keys here are {}", known.join(", ")),
    }
}

fn how_to_write(unit: Unit) -> String {
    match unit {
        Unit::Bytes | Unit::Time => format!("write a whole number and a unit: {}", unit.names()),
        Unit::Count => "write a whole number without a unit".to_owned(),
    }
}

fn example(unit: Unit) -> &'static str {
    match unit {
        Unit::Bytes => "a size such as `16MiB`",
        Unit::Time => "a time such as `100ms`",
        Unit::Count => "a number such as `4`",
    }
}

/// Returns the multiples next to `amount`. The lower one may be zero.
fn nearest_multiples(limit: Limit, amount: u64) -> String {
    let (unit, step) = (limit.unit(), limit.multiple_of());
    let above = unit.show(amount.next_multiple_of(step));
    match amount / step * step {
        0 => format!("write `{above}`"),
        below => format!("write `{}` or `{above}`", unit.show(below)),
    }
}

/// The fault of a [`ManifestError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A key that has no meaning in its place.
    #[error("unknown key `{key}`")]
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that have a meaning there.
        known: Vec<&'static str>,
    },
    /// A required key is missing.
    #[error("the key `{key}` is missing")]
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// A mapping contains a key twice.
    #[error("duplicate key `{key}`")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A value of the wrong type.
    #[error("expected {expected}")]
    WrongType {
        /// The right type, in words.
        expected: &'static str,
    },
    /// A text is required, but there is no value.
    #[error("the value is missing")]
    Null,
    /// A capability has neither the key `builtin` nor `path`.
    #[error("a capability needs the key `builtin` or `path`")]
    NoSource,
    /// A capability has both keys, `builtin` and `path`.
    #[error("a capability cannot have both keys, `builtin` and `path`")]
    TwoSources,
    /// A built-in capability has a key of providers from files.
    #[error("`{key}` is for providers from files, and this one is built in")]
    KeyOfFiles {
        /// The key.
        key: &'static str,
    },
    /// The isolation is an unknown one.
    #[error("the only value of `isolation` is `process`")]
    Isolation,
    /// A reference to a secret that does not begin with `env:` or `file:`, or has nothing after it.
    #[error("unknown secret source, expected `env:` or `file:`")]
    BadSecret,
    /// A limit that is not written as an amount of its unit.
    #[error("expected {}, not `{found}`", example(limit.unit()))]
    NoAmount {
        /// The maximum size in bytes.
        limit: Limit,
        /// The text.
        found: String,
    },
    /// An amount that the limit cannot have.
    #[error("expected {}, not `{found}`", limit.range_text())]
    OutOfRange {
        /// The maximum size in bytes.
        limit: Limit,
        /// The text.
        found: String,
    },
    /// An amount between two that the limit can have.
    #[error("expected a multiple of {}, not `{found}`", limit.unit().show(limit.multiple_of()))]
    NoMultiple {
        /// The maximum size in bytes.
        limit: Limit,
        /// The amount in the text.
        amount: u64,
        /// The text.
        found: String,
    },
    /// The text is too long.
    #[error("the file has {bytes} bytes, more than the limit of {limit}")]
    TooLarge {
        /// The size of the text in bytes.
        bytes: usize,
        /// The largest size, in bytes.
        limit: usize,
    },
    /// More levels, aliases or entries than allowed.
    #[error("the file has too many levels, aliases or entries")]
    TooComplex,
    /// A second YAML document in the text.
    #[error("a second document begins here, and only one is read")]
    SecondDocument,
    /// A policy file without content.
    #[error("the policy is empty")]
    EmptyPolicy,
    /// A project file without content.
    #[error("the project file is empty")]
    EmptyProject,
    /// A case with neither or both of `http` and `operation`, or with keys of the other one.
    #[error("a case has either `http`, with `headers` and `body`, or `operation`, with `payload`")]
    NoCall,
    /// An answer with a message and an error.
    #[error("an answer has either `payload` or `error`")]
    TwoAnswers,
    /// A case that every answer would pass.
    #[error("the case expects nothing")]
    NothingExpected,
    /// A policy's list of permissions has no value.
    #[error("the list is missing")]
    MissingList,
    /// Text that is neither YAML nor JSON, with the message of the parser.
    #[error("{0}")]
    Malformed(String),
}
