//! The errors of operations, each with its class.

use capwire_contracts::blobstore::ErrorClass;
use capwire_provider::{ProviderError, WorkEnded};
use std::fmt;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// The longest part of a name in an error, in characters.
const SHOWN: usize = 80;

/// The error of an operation. Its text begins with its class.
#[derive(Debug)]
pub struct Failure(Kind);

#[derive(Debug)]
enum Kind {
    Classed {
        class: ErrorClass,
        text: String,
        source: Option<Source>,
    },
    Ended(WorkEnded),
}

impl Failure {
    /// Returns a failure of `class`, with a text that the actor sees.
    ///
    /// ```
    /// # use capwire_blobstore_common::Failure;
    /// # use capwire_contracts::blobstore::ErrorClass;
    /// let failure = Failure::new(ErrorClass::Size, "the blob is too large");
    /// assert_eq!(failure.to_string(), "size: the blob is too large");
    /// ```
    pub fn new(class: ErrorClass, text: impl Into<String>) -> Self {
        Self(Kind::Classed {
            class,
            text: text.into(),
            source: None,
        })
    }

    /// Returns the failure of a store that cannot do `what`. Only logs show the cause.
    ///
    /// ```
    /// # use capwire_blobstore_common::Failure;
    /// let failure = Failure::unavailable("the blob cannot be read", "disk failure");
    /// assert_eq!(failure.to_string(), "unavailable: the blob cannot be read");
    /// ```
    pub fn unavailable(what: impl Into<String>, source: impl Into<Source>) -> Self {
        Self(Kind::Classed {
            class: ErrorClass::Unavailable,
            text: what.into(),
            source: Some(source.into()),
        })
    }

    /// Returns the failure of an operation on a container that does not exist.
    #[must_use]
    pub fn no_container(container: &str) -> Self {
        let text = format!(
            "there is no container `{}`: create it with `CreateContainer`",
            short(container)
        );
        Self::new(ErrorClass::NoContainer, text)
    }

    /// Returns the failure of an operation on a blob that does not exist.
    #[must_use]
    pub fn not_found(container: &str, id: &str) -> Self {
        let (container, id) = (short(container), short(id));
        let text = format!("the container `{container}` has no blob `{id}`");
        Self::new(ErrorClass::NotFound, text)
    }

    /// Returns the failure of a write that needs a blob not to exist.
    #[must_use]
    pub fn exists(container: &str, id: &str) -> Self {
        let (container, id) = (short(container), short(id));
        let text = format!("the container `{container}` has a blob `{id}` already");
        Self::new(ErrorClass::Exists, text)
    }

    /// Returns the failure to remove a container that has blobs.
    #[must_use]
    pub fn not_empty(container: &str) -> Self {
        let text = format!(
            "the container `{}` has blobs: remove them first",
            short(container)
        );
        Self::new(ErrorClass::NotEmpty, text)
    }

    /// Returns the class, or `None` if the work ended early.
    #[must_use]
    pub fn class(&self) -> Option<ErrorClass> {
        match &self.0 {
            Kind::Classed { class, .. } => Some(*class),
            Kind::Ended(_) => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Classed { class, text, .. } => write!(f, "{class}: {text}"),
            Kind::Ended(ended) => ended.fmt(f),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::Classed { source, .. } => source.as_ref().map(|source| &**source as _),
            Kind::Ended(ended) => Some(ended),
        }
    }
}

impl From<WorkEnded> for Failure {
    fn from(ended: WorkEnded) -> Self {
        Self(Kind::Ended(ended))
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match failure.0 {
            Kind::Ended(ended) => Self::Ended(ended),
            Kind::Classed { class, source, .. } => match class {
                ErrorClass::Full => Self::Busy(text),
                ErrorClass::Unavailable => Self::Unavailable { what: text, source },
                _ => Self::Refused(text),
            },
        }
    }
}

/// Returns a name, or its beginning if it is long, without control characters.
pub(crate) fn short(name: &str) -> String {
    let shown = name.chars().take(SHOWN);
    let mut shown: String = shown.filter(|c| !c.is_control()).collect();
    if name.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
