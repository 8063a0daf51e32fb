//! The classes of errors, which all blob stores share.

use std::fmt;

/// The class of an error of a blob store. The text of an error begins with its class and a colon.
///
/// ```
/// use capwire_contracts::blobstore::ErrorClass;
///
/// let error = "not found: the container `images` has no blob `cat.png`";
/// assert_eq!(ErrorClass::of(error), Some(ErrorClass::NotFound));
/// assert_eq!(ErrorClass::of("something else"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorClass {
    /// The name of a container or blob is not allowed.
    Name,
    /// There is no such container.
    NoContainer,
    /// There is no such blob.
    NotFound,
    /// There is such a blob already.
    Exists,
    /// A container that has blobs cannot be removed.
    NotEmpty,
    /// There is no such upload: it was not started, it failed, or it was idle for too long.
    NoUpload,
    /// The chunk does not follow the one before, or does not fit its upload.
    Chunk,
    /// A blob, a chunk, a list or a text is longer than a limit.
    Size,
    /// There is no more room for the blobs of the binding.
    Quota,
    /// The binding only reads.
    ReadOnly,
    /// There are too many transfers at present. A later attempt may succeed.
    Full,
    /// The store cannot be reached, or fails. A later attempt may succeed.
    Unavailable,
}

/// The classes and their names.
const NAMES: [(ErrorClass, &str); 12] = [
    (ErrorClass::Name, "name"),
    (ErrorClass::NoContainer, "no container"),
    (ErrorClass::NotFound, "not found"),
    (ErrorClass::Exists, "exists"),
    (ErrorClass::NotEmpty, "not empty"),
    (ErrorClass::NoUpload, "no upload"),
    (ErrorClass::Chunk, "chunk"),
    (ErrorClass::Size, "size"),
    (ErrorClass::Quota, "quota"),
    (ErrorClass::ReadOnly, "read-only"),
    (ErrorClass::Full, "full"),
    (ErrorClass::Unavailable, "unavailable"),
];

impl ErrorClass {
    /// Returns the class of the error with this text, or `None` if the error is not of a blob store.
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
