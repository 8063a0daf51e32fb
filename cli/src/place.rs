//! Errors that point at a line of the manifest.

use crate::error::Error;
use capwire_manifest::{At, ManifestError, Position};
use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    file: PathBuf,
    pub(crate) position: Position,
}

impl Place {
    /// Returns the place of `value` in `manifest`.
    pub(crate) fn of<T>(manifest: &Path, value: &At<T>) -> Self {
        Self {
            file: manifest.to_owned(),
            position: value.position,
        }
    }

    /// Returns the error that `problem` is at this place.
    pub(crate) fn error(&self, problem: impl fmt::Display) -> Error {
        Error::failure(problem.to_string()).at(self)
    }

    pub(crate) fn line(&self) -> u64 {
        self.position.line
    }
}

/// `FILE:LINE:COLUMN`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.position)
    }
}

/// Returns the error that the manifest itself is malformed.
pub(crate) fn malformed(manifest: &Path, mut error: ManifestError) -> Error {
    let help = error.help();
    let failure = match error.position.take() {
        None => Error::failure(format!("{}: {error}", manifest.display())),
        Some(position) => Place::of(
            manifest,
            &At {
                value: (),
                position,
            },
        )
        .error(error),
    };
    match help {
        Some(help) => failure.help(help),
        None => failure,
    }
}
