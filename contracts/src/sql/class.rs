//! The classes of errors, which all databases share.

use std::fmt;

/// The class of an error. The text of an error begins with its class and a colon, and has the code
/// of the database at its end.
///
/// ```
/// use capwire_contracts::sql::ErrorClass;
///
/// let error = "constraint: UNIQUE constraint failed: guests.name (SQLITE_CONSTRAINT_UNIQUE)";
/// assert_eq!(ErrorClass::of(error), Some(ErrorClass::Constraint));
/// assert_eq!(ErrorClass::of("something else"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorClass {
    /// The statement would break a constraint of a table.
    Constraint,
    /// The statement or its parameters are wrong.
    Statement,
    /// Actors may not use this kind of statement here.
    Forbidden,
    /// The statement exceeds a limit on time, rows or bytes.
    Limit,
    /// A statement of the transaction did not change the required number of rows.
    RequiredChanges,
    /// The database is busy. A later attempt may succeed.
    Busy,
    /// The database failed.
    Database,
}

/// The classes and their names.
const NAMES: [(ErrorClass, &str); 7] = [
    (ErrorClass::Constraint, "constraint"),
    (ErrorClass::Statement, "statement"),
    (ErrorClass::Forbidden, "forbidden"),
    (ErrorClass::Limit, "limit"),
    (ErrorClass::RequiredChanges, "required changes"),
    (ErrorClass::Busy, "busy"),
    (ErrorClass::Database, "database"),
];

impl ErrorClass {
    /// Returns the class of the error with this text, or `None` if the error is not of a database.
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
