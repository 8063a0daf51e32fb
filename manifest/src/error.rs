//! Why a manifest cannot be read.

use crate::model::Position;
use crate::nearest::nearest;
use std::fmt;

/// Why a manifest cannot be read: where, what, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct ManifestError {
    /// Where, unless it concerns the whole text.
    pub position: Option<Position>,
    /// In which key, from the root: `bindings[0].values`. Empty where the position says it all.
    pub field: String,
    /// What is wrong.
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

    /// That the text as a whole is wrong.
    pub(crate) fn whole(problem: Problem) -> Self {
        Self {
            position: None,
            field: String::new(),
            problem,
        }
    }

    /// What to do about it, as a sentence or a question.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match &self.problem {
            Problem::UnknownKey { key, known } => Some(match nearest(key, known.iter().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("known here: {}", known.join(", ")),
            }),
            Problem::NoSource => Some("add `builtin: NAME` or `path: FILE`".to_owned()),
            Problem::TwoSources => Some("keep either `builtin` or `path`".to_owned()),
            Problem::MissingKey { key } => Some(format!("add `{key}: …`")),
            Problem::Null => Some("remove the key, or write \"\" for an empty text".to_owned()),
            Problem::DuplicateKey { .. } => Some("keep one of them".to_owned()),
            Problem::BadSecret => Some("write `env:NAME` or `file:PATH`".to_owned()),
            Problem::NoAmount { help, .. } => Some((*help).to_owned()),
            Problem::OutOfRange { help, .. } => Some(help.clone()),
            Problem::TooLarge { .. }
            | Problem::TooComplex
            | Problem::WrongType { .. }
            | Problem::Malformed(_) => None,
        }
    }
}

/// What is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A key that nothing would read.
    #[error("unknown key `{key}`")]
    UnknownKey {
        /// The key.
        key: String,
        /// Those that are known in its place.
        known: Vec<&'static str>,
    },
    /// A key that must be there is not.
    #[error("`{key}` is missing")]
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// A key is given twice.
    #[error("the key `{key}` is given twice")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A value of another type than its key has.
    #[error("expected {expected}")]
    WrongType {
        /// What should be there, in words.
        expected: &'static str,
    },
    /// There is no value where a text must be.
    #[error("there is no value")]
    Null,
    /// A capability says neither `builtin` nor `path`.
    #[error("the capability says neither `builtin` nor `path`")]
    NoSource,
    /// A capability says both `builtin` and `path`.
    #[error("the capability says both `builtin` and `path`")]
    TwoSources,
    /// A secret whose place cannot be understood.
    #[error("no place of a secret")]
    BadSecret,
    /// A limit that is not written as its sort is.
    #[error("expected {expected}, not `{found}`")]
    NoAmount {
        /// What should be there, in words.
        expected: &'static str,
        /// What is there.
        found: String,
        /// How to write it.
        help: &'static str,
    },
    /// A limit that no actor could run within, or have.
    #[error("`{found}` {fault}")]
    OutOfRange {
        /// What is there.
        found: String,
        /// Why it cannot be.
        fault: &'static str,
        /// What could be there.
        help: String,
    },
    /// The text is larger than any manifest.
    #[error("{bytes} bytes are more than a manifest may have ({limit})")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// More documents, levels, aliases or entries than any manifest has.
    #[error("more documents, levels, aliases or entries than a manifest may have")]
    TooComplex,
    /// Neither YAML nor JSON, or of the wrong shape; in words.
    #[error("{0}")]
    Malformed(String),
}
