//! Errors that point at a line of the manifest.

use crate::error::Error;
use capwire_manifest::{At, ManifestError, Position};
use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    file: PathBuf,
    /// Zero for the whole file.
    position: Position,
}

impl Place {
    /// Returns the place of `value` in `manifest`.
    pub(crate) fn of<T>(manifest: &Path, value: &At<T>) -> Self {
        Self {
            file: manifest.to_owned(),
            position: value.position,
        }
    }

    /// Returns the place of a file as a whole.
    pub(crate) fn whole(file: &Path) -> Self {
        let position = Position { line: 0, column: 0 };
        Self {
            file: file.to_owned(),
            position,
        }
    }

    /// Returns the error that `problem` is at this place.
    pub(crate) fn error(&self, problem: impl fmt::Display) -> Error {
        Error::failure(problem.to_string()).at(self)
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    pub(crate) fn line(&self) -> u64 {
        self.position.line
    }

    /// Returns the line and the column, unless it is the place of a whole file.
    pub(crate) fn position(&self) -> Option<Position> {
        (self.position.line > 0).then_some(self.position)
    }
}

/// `FILE:LINE:COLUMN`, or `FILE`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        match self.position() {
            Some(position) => write!(f, ":{position}"),
            None => Ok(()),
        }
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
