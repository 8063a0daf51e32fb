//! Errors that point at a line of the manifest.

use crate::error::Error;
use capwire_manifest::{At, ManifestError};
use std::path::Path;

/// A place in a manifest.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// `FILE:LINE:COLUMN`
    text: String,
    pub(super) line: u64,
}

impl Place {
    /// Where `value` stands in `manifest`.
    pub(super) fn of<T>(manifest: &Path, value: &At<T>) -> Self {
        let position = value.position;
        Self {
            text: format!("{}:{position}", manifest.display()),
            line: position.line,
        }
    }

    /// That what stands here is wrong.
    pub(super) fn error(&self, problem: impl std::fmt::Display) -> Error {
        Error::failure(format!("{}: {problem}", self.text))
    }
}

/// That the manifest itself cannot be understood.
pub(super) fn malformed(manifest: &Path, error: &ManifestError) -> Error {
    let space = if error.position.is_some() { "" } else { " " };
    let failure = Error::failure(format!("{}:{space}{error}", manifest.display()));
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}
