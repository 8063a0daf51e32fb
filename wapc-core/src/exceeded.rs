//! A resource limit that a guest exceeded, with the place in its code.

use crate::error::LimitError;
use crate::trap::{Frame, first_frames, write_frames};
use std::fmt;

/// A resource limit that a guest exceeded, and the functions that were being called.
///
/// ```
/// use capwire_wapc::{Exceeded, Frame, LimitError};
///
/// let exceeded = Exceeded::from(LimitError::Interrupted)
///     .with_frames([Frame::new(7, Some("counter::spin"))]);
/// assert_eq!(exceeded.limit(), LimitError::Interrupted);
/// assert_eq!(exceeded.to_string(), "CPU budget exceeded\n  in counter::spin");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeded {
    limit: LimitError,
    frames: Vec<Frame>,
}

impl Exceeded {
    /// Sets the functions that were being called, the innermost first. The first 16 are kept.
    #[must_use]
    pub fn with_frames(mut self, frames: impl IntoIterator<Item = Frame>) -> Self {
        self.frames = first_frames(frames);
        self
    }

    /// Returns the limit.
    #[must_use]
    pub fn limit(&self) -> LimitError {
        self.limit
    }

    /// Returns the functions that were being called, the innermost first: at most 16, or none if the
    /// engine does not know them, see [`Support::backtraces`](crate::Support::backtraces).
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }
}

impl From<LimitError> for Exceeded {
    fn from(limit: LimitError) -> Self {
        Self {
            limit,
            frames: Vec::new(),
        }
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.limit, f)?;
        write_frames(&self.frames, f)
    }
}

impl std::error::Error for Exceeded {}
