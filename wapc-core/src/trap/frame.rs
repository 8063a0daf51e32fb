//! The functions of a guest that a trap names.

use std::fmt;

/// Maximum length of a name in bytes; a longer one is cut.
const LONGEST_NAME: usize = 200;

/// Maximum number of functions that an error names.
const MOST_FRAMES: usize = 16;

/// Returns the innermost functions.
pub(crate) fn first_frames(frames: impl IntoIterator<Item = Frame>) -> Vec<Frame> {
    frames.into_iter().take(MOST_FRAMES).collect()
}

/// Writes one indented line for each function.
pub(crate) fn write_frames(frames: &[Frame], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    frames
        .iter()
        .try_for_each(|frame| write!(f, "\n  in {frame}"))
}

/// A function of a guest that was being called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    index: u32,
    name: Option<Box<str>>,
}

impl Frame {
    /// Returns the function of this index in the module, with its name if the module's custom section
    /// `name` has one. A long name is cut, and characters that could control a terminal are escaped,
    /// since the module's author chooses the name.
    ///
    /// ```
    /// use capwire_wapc::Frame;
    ///
    /// assert_eq!(Frame::new(7, Some("counter::count")).to_string(), "counter::count");
    /// assert_eq!(Frame::new(7, None).to_string(), "function 7");
    /// ```
    #[must_use]
    pub fn new(index: u32, name: Option<&str>) -> Self {
        Self {
            index,
            name: name.map(|name| capwire_text::line(name, LONGEST_NAME).into()),
        }
    }

    /// Returns the function's index in the module, imports first.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Returns the function's name, if the module has one for it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => f.write_str(name),
            None => write!(f, "function {}", self.index),
        }
    }
}
