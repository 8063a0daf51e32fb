//! Traps: their kind, the functions that were being called, and the guest's own message.

mod frame;

pub use frame::Frame;
pub(crate) use frame::{first_frames, write_frames};

use crate::error::{LimitError, MOST_OF_A_TEXT};
use crate::limits::PAGE_SIZE;
use std::error::Error as StdError;
use std::fmt;

/// The cause of a trap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TrapKind {
    /// The guest executed `unreachable`, which compilers emit for a panic or an abort.
    Unreachable,
    /// The guest accessed memory out of bounds.
    MemoryOutOfBounds,
    /// The guest accessed a table out of bounds.
    TableOutOfBounds,
    /// The guest called through an empty table slot.
    IndirectCallToNull,
    /// The guest called through a table slot of another signature.
    BadSignature,
    /// An integer operation overflowed.
    IntegerOverflow,
    /// The guest divided an integer by zero.
    IntegerDivisionByZero,
    /// The guest converted a number that does not fit the target type.
    BadConversion,
    /// The guest called WASI's `proc_exit` with this code.
    Exit(u32),
    /// The guest called AssemblyScript's `abort`; [`Trap::said`] has the message.
    Abort,
    /// Any other cause, which the source describes.
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
            Self::Abort => "called `abort`",
            Self::Other => "trapped",
        };
        f.write_str(text)
    }
}

/// A trap, which stopped the guest's code.
///
/// `Display` shows the whole trap in a few lines. The format is the same for all engines:
///
/// ```
/// use capwire_wapc::{Frame, Trap, TrapKind};
///
/// let trap = Trap::from(TrapKind::Unreachable)
///     .with_frames([Frame::new(7, Some("counter::count")), Frame::new(3, None)])
///     .saying("panicked at src/lib.rs:7:5:\ntoo many");
/// assert_eq!(
///     trap.to_string(),
///     "the guest executed `unreachable` (a panic or an abort)
///   in counter::count
///   in function 3
///   it said: panicked at src/lib.rs:7:5:
///     too many",
/// );
/// ```
#[derive(Debug)]
pub struct Trap {
    kind: TrapKind,
    frames: Vec<Frame>,
    said: Option<Box<str>>,
    refused: Option<LimitError>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Trap {
    /// Returns a trap of `kind` with the engine's own error as source. If `kind` says enough, engines
    /// [convert it](From) into a trap without a source.
    pub fn new(kind: TrapKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..kind.into()
        }
    }

    /// Sets the functions that were being called, the innermost first. The first 16 are kept.
    #[must_use]
    pub fn with_frames(mut self, frames: impl IntoIterator<Item = Frame>) -> Self {
        self.frames = first_frames(frames);
        self
    }

    /// Sets the guest's own message, unless the trap has one already. The first 4 KiB are kept, and
    /// characters that could control a terminal are [escaped](capwire_text).
    #[must_use]
    pub fn saying(mut self, text: &str) -> Self {
        if self.said.is_none() && !text.trim().is_empty() {
            self.said = Some(capwire_text::lines(text, MOST_OF_A_TEXT).into());
        }
        self
    }

    /// Sets the limit for which the guest was refused memory or table elements in the same call. Most
    /// languages abort when that happens.
    #[must_use]
    pub fn after_refusal(mut self, limit: Option<LimitError>) -> Self {
        self.refused = limit;
        self
    }

    /// Returns the cause of the trap.
    #[must_use]
    pub fn kind(&self) -> TrapKind {
        self.kind
    }

    /// Returns the functions that were being called, the innermost first: at most 16, or none if the
    /// engine does not know them, see [`Support::backtraces`](crate::Support::backtraces).
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Returns the guest's own message: that of its `abort`, or else its `__guest_error`, or else the
    /// last lines that it printed in the same call. Most languages report a panic in one of these ways.
    #[must_use]
    pub fn said(&self) -> Option<&str> {
        self.said.as_deref()
    }

    /// Returns the limit for which the guest was refused memory or table elements in the same call, if
    /// it was. It is the likely cause of the trap.
    #[must_use]
    pub fn refused(&self) -> Option<LimitError> {
        self.refused
    }
}

impl From<TrapKind> for Trap {
    fn from(kind: TrapKind) -> Self {
        Self {
            kind,
            frames: Vec::new(),
            said: None,
            refused: None,
            source: None,
        }
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the guest {}", self.kind)?;
        match self.refused {
            Some(LimitError::Memory { pages }) => {
                let kib = u64::from(pages) * PAGE_SIZE / 1024;
                write!(
                    f,
                    "\n  it was refused more memory than its limit of {}",
                    size(kib)
                )?;
            }
            Some(limit) => write!(f, "\n  it was refused {limit}")?,
            None => {}
        }
        write_frames(&self.frames, f)?;
        if let Some(said) = &self.said {
            // The guest's lines are indented, so that none looks like a line of the host.
            write!(f, "\n  it said: {}", said.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}

/// Returns a size in the largest unit in which it is a whole number.
fn size(kib: u64) -> String {
    match kib % 1024 {
        0 => format!("{} MiB", kib / 1024),
        _ => format!("{kib} KiB"),
    }
}

impl StdError for Trap {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, Trap, TrapKind};

    #[test]
    fn what_a_guest_chooses_is_bounded_and_harmless() {
        let name = format!("\x1b[2J{}", "x".repeat(10_000));
        let trap = Trap::from(TrapKind::Unreachable)
            .with_frames((0..10_000).map(|index| Frame::new(index, Some(&name))))
            .saying(&"\x1b]0;\n".repeat(10_000));
        let text = trap.to_string();
        assert!(text.len() < 32 * 1024, "{} bytes", text.len());
        assert!(!text.contains('\x1b'));
        let ours = text.lines().filter(|line| !line.starts_with("  "));
        assert_eq!(ours.count(), 1);
    }

    #[test]
    fn the_first_trap_message_is_kept() {
        let trap = Trap::from(TrapKind::Abort).saying(" \n").saying("first");
        assert_eq!(trap.saying("second").said(), Some("first"));
    }
}
