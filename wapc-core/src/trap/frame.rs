//! Where in a guest something happened.

use std::fmt;

/// Longest name that is kept, in bytes.
const LONGEST_NAME: usize = 200;

/// A function of a guest that was being called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    index: u32,
    name: Option<Box<str>>,
}

impl Frame {
    /// The function of this index in the module, with its name if the module has one for it, as
    /// compilers write it into the custom section `name`. A name is whatever the module's maker
    /// wants: it is cut, and characters that could steer a terminal are escaped.
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

    /// The function's index in the module, imports first.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The function's name.
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
