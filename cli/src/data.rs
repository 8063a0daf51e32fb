//! The data directory, in which providers keep durable data.

use crate::error::Error;
use std::fs::DirBuilder;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The name of the folder beside a manifest.
const DEFAULT: &str = ".capwire";

/// The data directory of one host.
#[derive(Clone, Debug)]
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    /// Returns the requested directory, or else the directory beside the manifest at `manifest`, so
    /// that each manifest finds its data from any working directory.
    pub(crate) fn choose(asked: Option<PathBuf>, manifest: &Path) -> Self {
        Self(asked.unwrap_or_else(|| crate::plan::location::beside(manifest).join(DEFAULT)))
    }

    /// Returns the directory of the provider `name` of the kind `sort`. A directory is created when it is
    /// first needed, and only its owner can read it.
    pub(crate) fn folder(&self, sort: &str, name: &str) -> Result<PathBuf, Error> {
        let folder = self.path(sort, name);
        self.create(&folder)?;
        Ok(folder)
    }

    /// Creates `folder` and its parents, which only their owner can read.
    pub(crate) fn create(&self, folder: &Path) -> Result<(), Error> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        private(&mut builder);
        builder
            .create(folder)
            .map_err(|error| self.refused(folder, error))
    }

    /// Returns the path of [`folder`](Self::folder), which may not exist yet.
    pub(crate) fn path(&self, sort: &str, name: &str) -> PathBuf {
        self.0.join(sort).join(as_file_name(name))
    }

    /// Checks whether [`folder`](Self::folder) would succeed, without creating anything.
    pub(crate) fn examine(&self, sort: &str, name: &str) -> Result<(), Error> {
        let folder = self.path(sort, name);
        let existing = folder.ancestors().find(|folder| folder.exists());
        // The parent of a relative path is named by no text.
        let existing = existing.filter(|folder| *folder != Path::new(""));
        let existing = existing.unwrap_or(Path::new("."));
        if !existing.is_dir() {
            return Err(self.refused(existing, io::Error::from(ErrorKind::NotADirectory)));
        }
        usable(existing).map_err(|error| self.refused(existing, error))
    }

    /// Returns the error that `folder` cannot be used.
    pub(crate) fn refused(
        &self,
        folder: &Path,
        error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        Error::failure(format!(
            "cannot use the data directory `{}`",
            folder.display()
        ))
        .because(error)
        .help("choose another one with `--data-dir DIR`")
    }
}

#[cfg(unix)]
fn private(builder: &mut DirBuilder) {
    use std::os::unix::fs::DirBuilderExt;
    builder.mode(0o700);
}

#[cfg(not(unix))]
fn private(_: &mut DirBuilder) {}

/// Checks whether this user may read and change `folder`.
#[cfg(unix)]
fn usable(folder: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    Ok(access(
        folder,
        Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK,
    )?)
}

#[cfg(not(unix))]
fn usable(folder: &Path) -> io::Result<()> {
    folder.read_dir().map(drop)
}

/// Returns a file name that cannot leave its directory. Different names give different file names.
fn as_file_name(name: &str) -> String {
    let mut file_name = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            file_name.push(char::from(byte));
        } else {
            file_name.push_str(&format!("%{byte:02X}"));
        }
    }
    file_name
}

#[cfg(test)]
mod tests {
    use super::as_file_name;

    #[test]
    fn a_name_cannot_leave_its_folder() {
        assert_eq!(as_file_name("default"), "default");
        assert_eq!(as_file_name("../a.b/%"), "%2E%2E%2Fa%2Eb%2F%25");
    }
}
