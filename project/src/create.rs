//! Writes new projects.

use crate::{Language, Name, Template, carried};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Writes a new project into `folder`, which is created. Uses no network, and creates no keys.
///
/// # Errors
/// The folder contains something already, or a file cannot be written.
pub fn create(
    folder: &Path,
    name: &Name,
    language: Language,
    template: Template,
) -> Result<(), CreateError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        |cause| CreateError::Write { path, cause }
    };
    if !is_free(folder).map_err(failed(folder))? {
        return Err(CreateError::NotEmpty(folder.to_owned()));
    }
    if !carried::is_available(language) {
        return Err(CreateError::NoSdk(language));
    }
    for (path, content) in template.files(name, language) {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed(parent))?;
        }
        fs::write(&path, content).map_err(failed(&path))?;
    }
    Ok(())
}

/// Returns true if nothing is at `folder`, or an empty folder.
fn is_free(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// A project was not created, or only in part.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// The folder contains something already, which stays as it is.
    #[error("the folder `{}` is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// This crate was built from its published package, and the SDK is published nowhere.
    #[error("this program has no SDK for {0}: build it from a clone of the repository")]
    NoSdk(Language),
    /// A file or folder cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        cause: io::Error,
    },
}
