//! The classes of errors of timers.

use std::fmt;

/// The class of an error. The text of an error begins with its class and a colon.
///
/// ```
/// use capwire_contracts::timer::ErrorClass;
///
/// let error = "schedule: the time zone `Mars/Base` is unknown";
/// assert_eq!(ErrorClass::of(error), Some(ErrorClass::Schedule));
/// assert_eq!(ErrorClass::of("something else"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorClass {
    /// The name is malformed, or the binding has a timer of this name.
    Name,
    /// The schedule is malformed, has no time, or has one too often.
    Schedule,
    /// The content is longer than a limit.
    Size,
    /// The actor has as many timers as it may have.
    Full,
    /// The timer could not be stored. A later attempt may succeed.
    Unavailable,
}

/// The classes and their names.
const NAMES: [(ErrorClass, &str); 5] = [
    (ErrorClass::Name, "name"),
    (ErrorClass::Schedule, "schedule"),
    (ErrorClass::Size, "size"),
    (ErrorClass::Full, "full"),
    (ErrorClass::Unavailable, "unavailable"),
];

impl ErrorClass {
    /// Returns the class of the error with this text, or `None` if the error is not of a timer.
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
