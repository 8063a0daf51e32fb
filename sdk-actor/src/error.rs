//! The error type of handlers.

use std::fmt;

/// The result of a handler.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A handler's error: a text for the caller. The operator `?` converts any error into it.
///
/// ```
/// use capwire_actor::{Error, Result};
///
/// fn percent(text: &str) -> Result<u8> {
///     let number = text.parse()?;
///     if number > 100 {
///         return Err(Error::msg("more than everything"));
///     }
///     Ok(number)
/// }
///
/// assert_eq!(percent("1o").unwrap_err().to_string(), "invalid digit found in string");
/// assert_eq!(percent("101").unwrap_err().to_string(), "more than everything");
/// ```
// The type does not implement `std::error::Error`: the conversion from every error would overlap
// with the conversion of a type into itself.
pub struct Error(String);

impl Error {
    /// Returns an error with this text.
    pub fn msg(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        Self(capwire_text::chain(&error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Writes the same text as [`Display`](fmt::Display), which tests and `unwrap` then show.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
