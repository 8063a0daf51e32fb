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
pub struct Error {
    text: String,
    /// Zero if there is none.
    status: u16,
}

impl Error {
    /// Returns an error with this text.
    pub fn msg(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            status: 0,
        }
    }

    /// Returns an error that [`router!`](crate::router) answers with this status and this text, so the
    /// client sees both. Elsewhere, it is an error like any other.
    ///
    /// ```
    /// use capwire_actor::prelude::*;
    /// use capwire_actor::testing::FakeHost;
    ///
    /// actor! {
    ///     http => router! { get "/orders/:number" => order },
    /// }
    ///
    /// fn order(_: http::Request, number: u32) -> Result<http::Response> {
    ///     Err(Error::http(410, format!("the order {number} is gone")))
    /// }
    ///
    /// let request = http::Request::new("GET", "/orders/7");
    /// let response = FakeHost::new().http(&ACTOR, request)?;
    /// assert_eq!((response.status_code, &*response.body), (410, b"the order 7 is gone".as_slice()));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn http(status: u16, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            status,
        }
    }

    /// Returns the text, with less code than the trait `Display` needs.
    #[cfg(target_family = "wasm")]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Not inlined, so that the code for an error is there once and not for each type.
    #[inline(never)]
    fn of(error: &dyn std::error::Error) -> Self {
        Self::msg(capwire_text::chain(error))
    }

    /// Returns the status of HTTP for this error, if it has one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        (self.status != 0).then_some(self.status)
    }
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        Self::of(&error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Writes the same text as [`Display`](fmt::Display), which tests and `unwrap` then show.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
