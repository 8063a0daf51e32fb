//! The classes of errors, which all brokers share.

use std::fmt;

/// The class of an error of a broker. The text of an error begins with its class and a colon.
///
/// ```
/// use capwire_contracts::messaging::ErrorClass;
///
/// let error = "no responders: nobody subscribes to `prices.eur`";
/// assert_eq!(ErrorClass::of(error), Some(ErrorClass::NoResponders));
/// assert_eq!(ErrorClass::of("something else"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorClass {
    /// The subject or the reply subject is malformed, or has wildcards.
    Subject,
    /// The message is longer than a limit.
    Size,
    /// A queue is full. A later attempt may succeed.
    Full,
    /// Nobody subscribes to the subject of a request.
    NoResponders,
    /// No reply came in time.
    Timeout,
    /// The broker cannot be reached. A later attempt may succeed.
    Unavailable,
}

/// The classes and their names.
const NAMES: [(ErrorClass, &str); 6] = [
    (ErrorClass::Subject, "subject"),
    (ErrorClass::Size, "size"),
    (ErrorClass::Full, "full"),
    (ErrorClass::NoResponders, "no responders"),
    (ErrorClass::Timeout, "timeout"),
    (ErrorClass::Unavailable, "unavailable"),
];

impl ErrorClass {
    /// Returns the class of the error with this text, or `None` if the error is not of a broker.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let (name, _) = text.split_once(": ")?;
        let found = NAMES.iter().find(|(_, known)| *known == name);
        found.map(|(class, _)| *class)
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(class, _)| class == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}
