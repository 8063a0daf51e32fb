//! A provider in a temporary folder.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part")]

use capwire_blobstore_local::BlobstoreLocal;
use capwire_contracts_suite::blobstore::Subject;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A provider and its folder.
pub struct Place {
    pub subject: Subject,
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            subject: provider(folder.path()),
            folder,
        }
    }

    /// A new provider with the same folder, after the old one has ended.
    pub fn again(self) -> Self {
        let Self { subject, folder } = self;
        drop(subject);
        Self {
            subject: provider(folder.path()),
            folder,
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the actor `MACTOR`.
    pub fn own(&self) -> PathBuf {
        self.path().join("actors/MACTOR")
    }

    /// The files in the folder, in order.
    pub fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        list(self.path(), &mut files);
        let relative = |file: PathBuf| {
            file.strip_prefix(self.path())
                .unwrap()
                .display()
                .to_string()
        };
        let mut files: Vec<_> = files.into_iter().map(relative).collect();
        files.sort();
        files
    }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() && !path.is_symlink() {
            true => list(&path, files),
            false => files.push(path),
        }
    }
}

fn provider(folder: &Path) -> Subject {
    Subject::new(BlobstoreLocal::new(folder), [], ())
}
