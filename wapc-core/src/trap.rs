//! Why a guest's code was stopped.

use std::error::Error as StdError;
use std::fmt;

/// What a guest did that WebAssembly forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TrapKind {
    /// It executed `unreachable`, as compilers do for a panic or an abort.
    Unreachable,
    /// It accessed memory outside its bounds.
    MemoryOutOfBounds,
    /// It accessed a table outside its bounds.
    TableOutOfBounds,
    /// It called through an empty table slot.
    IndirectCallToNull,
    /// It called through a table slot of another signature.
    BadSignature,
    /// An integer operation overflowed.
    IntegerOverflow,
    /// It divided by zero.
    IntegerDivisionByZero,
    /// It converted a number that does not fit.
    BadConversion,
    /// It called WASI's `proc_exit` with this code.
    Exit(u32),
    /// Anything else; the source says what.
    Other,
}

impl fmt::Display for TrapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Unreachable => "executed `unreachable` (a panic or an abort)",
            Self::MemoryOutOfBounds => "accessed memory out of bounds",
            Self::TableOutOfBounds => "accessed a table out of bounds",
            Self::IndirectCallToNull => "called through an empty table slot",
            Self::BadSignature => "called through a table slot of another signature",
            Self::IntegerOverflow => "overflowed an integer",
            Self::IntegerDivisionByZero => "divided by zero",
            Self::BadConversion => "converted a number that does not fit",
            Self::Exit(code) => return write!(f, "exited with code {code}"),
            Self::Other => "trapped",
        };
        f.write_str(text)
    }
}

/// A guest's code was stopped by a trap.
#[derive(Debug)]
pub struct Trap {
    kind: TrapKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Trap {
    /// A trap of `kind` with the engine's own account of it as source.
    pub fn new(kind: TrapKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            kind,
            source: Some(source.into()),
        }
    }

    /// What the guest did.
    #[must_use]
    pub fn kind(&self) -> TrapKind {
        self.kind
    }
}

impl From<TrapKind> for Trap {
    fn from(kind: TrapKind) -> Self {
        Self { kind, source: None }
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the guest {}", self.kind)
    }
}

impl StdError for Trap {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
