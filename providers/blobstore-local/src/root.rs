//! The folder of a store: its blobs, its containers, and its uploads in progress.

use crate::folder::Folder;
use crate::usage::{Usage, Used};
use capwire_blobstore_common::{Failure, Name};
use rustix::fs::{AtFlags, FlockOperation, flock, linkat, renameat, unlinkat};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The folder of uploads in progress. No container has this name, because encoded names begin with
/// no dot.
const UPLOADS: &str = ".uploads";

/// The number of uploads of this process.
static UPLOAD: AtomicU64 = AtomicU64::new(0);

/// The folder of a store. Bindings with one folder share this value.
#[derive(Debug)]
pub(crate) struct Root {
    folder: Folder,
    pub(crate) usage: Arc<Usage>,
    /// Held while a blob appears or vanishes, so that the usage is right.
    changes: Mutex<()>,
}

/// A file of an upload in progress. Dropping the value removes the file.
pub(crate) struct Unfinished {
    uploads: Folder,
    name: String,
}

impl Root {
    /// Measures the folder, and removes what uploads of programs that have ended left. Blocks.
    pub(crate) fn new(folder: Folder) -> io::Result<Self> {
        if let Some(uploads) = folder.folder(UPLOADS)? {
            uploads.each(|found| remove_left(&uploads, &found.name))?;
        }
        let usage = Usage::new(used(&folder)?);
        let changes = Mutex::default();
        Ok(Self {
            folder,
            usage,
            changes,
        })
    }

    /// Returns the folder of a container.
    pub(crate) fn container(&self, name: &Name) -> Result<Folder, Failure> {
        let opened = match name.is_empty() {
            true => self.folder.again().map(Some),
            false => self.folder.folder(&name.encoded()),
        };
        let opened =
            opened.map_err(|error| unavailable("the container cannot be opened", error))?;
        opened.ok_or_else(|| Failure::no_container(name.as_str()))
    }

    /// Creates a container. Returns `true` if it did not exist.
    pub(crate) fn create_container(&self, name: &Name) -> Result<bool, Failure> {
        let wrong = |error| unavailable("the container cannot be created", error);
        let encoded = name.encoded();
        let is_new = self.folder.create_folder(&encoded).map_err(wrong)?;
        match self.folder.folder(&encoded).map_err(wrong)? {
            Some(_) => Ok(is_new),
            None => Err(Failure::exists("", name.as_str())),
        }
    }

    /// Removes a container, and gives its room back.
    pub(crate) fn remove_container(&self, name: &Name) -> Result<(), Failure> {
        match unlinkat(&self.folder, name.encoded(), AtFlags::REMOVEDIR) {
            Ok(()) => {
                self.usage.release(0);
                let synced = self.folder.sync();
                synced.map_err(|error| unavailable("the container cannot be removed", error))
            }
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(()),
            Err(Errno::NOTEMPTY | Errno::EXIST) => Err(Failure::not_empty(name.as_str())),
            Err(error) => Err(unavailable("the container cannot be removed", error)),
        }
    }

    /// Removes a blob, and gives its room back.
    pub(crate) fn remove(&self, container: &Folder, id: &Name) -> Result<(), Failure> {
        let wrong = |error| unavailable("the blob cannot be removed", error);
        let _alone = self.alone();
        let name = id.encoded();
        let Some(bytes) = container.size_of(&name).map_err(wrong)? else {
            return Ok(());
        };
        match unlinkat(container, &name, AtFlags::empty()) {
            Ok(()) => self.usage.release(bytes),
            Err(Errno::NOENT) => {}
            Err(error) => return Err(wrong(error.into())),
        }
        container.sync().map_err(wrong)
    }

    /// Creates the file of an upload.
    pub(crate) fn begin(&self) -> io::Result<(Unfinished, File)> {
        self.folder.create_folder(UPLOADS)?;
        let Some(uploads) = self.folder.folder(UPLOADS)? else {
            return Err(io::Error::other(format!("`{UPLOADS}` is no folder")));
        };
        loop {
            let number = UPLOAD.fetch_add(1, Ordering::Relaxed);
            let name = format!("{}-{number}", process::id());
            if let Some(file) = uploads.create_file(&name)? {
                let unfinished = Unfinished { uploads, name };
                // Tells other programs that it is in use.
                flock(&file, FlockOperation::NonBlockingLockExclusive)?;
                return Ok((unfinished, file));
            }
        }
    }

    /// Makes a complete file the blob `id`. Returns the size of the blob that it replaces.
    pub(crate) fn finish(
        &self,
        file: &Unfinished,
        (container, folder): (&Name, &Folder),
        id: &Name,
        must_be_absent: bool,
    ) -> Result<Option<u64>, Failure> {
        let wrong = |error| unavailable("the blob cannot be stored", error);
        let _alone = self.alone();
        let (uploads, name, target) = (&file.uploads, &file.name, id.encoded());
        let before = folder.size_of(&target).map_err(wrong)?;
        let moved = match must_be_absent {
            true => linkat(uploads, name, folder, &target, AtFlags::empty()),
            false => renameat(uploads, name, folder, &target),
        };
        match moved {
            Ok(()) => {}
            Err(Errno::EXIST | Errno::ISDIR | Errno::NOTEMPTY) => {
                return Err(Failure::exists(container.as_str(), id.as_str()));
            }
            Err(error) => return Err(wrong(error.into())),
        }
        folder.sync().map_err(wrong)?;
        Ok(before)
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After a success there is no such file any more.
        let _ = unlinkat(&self.uploads, &self.name, AtFlags::empty());
    }
}

/// Returns the failure of the file system.
pub(crate) fn unavailable(what: &str, error: impl Into<io::Error>) -> Failure {
    Failure::unavailable(what, error.into())
}

/// Removes the file of an upload, unless a program still writes it.
fn remove_left(uploads: &Folder, name: &str) -> io::Result<()> {
    let Some((file, _)) = uploads.file(name)? else {
        return Ok(());
    };
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(unlinkat(uploads, name, AtFlags::empty())?),
        Err(Errno::WOULDBLOCK) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Measures the blobs and containers in a folder.
fn used(folder: &Folder) -> io::Result<Used> {
    let mut used = Used::default();
    folder.each(|found| {
        if Name::decoded(&found.name).is_none() {
            return Ok(());
        }
        used.blobs += 1;
        match found.is_folder {
            false => used.bytes += folder.size_of(&found.name)?.unwrap_or_default(),
            true => {
                if let Some(container) = folder.folder(&found.name)? {
                    let inside = used_by_blobs(&container)?;
                    used.bytes += inside.bytes;
                    used.blobs += inside.blobs;
                }
            }
        }
        Ok::<_, io::Error>(())
    })?;
    Ok(used)
}

fn used_by_blobs(container: &Folder) -> io::Result<Used> {
    let mut used = Used::default();
    container.each(|found| {
        if !found.is_folder && Name::decoded(&found.name).is_some() {
            used.blobs += 1;
            used.bytes += container.size_of(&found.name)?.unwrap_or_default();
        }
        Ok::<_, io::Error>(())
    })?;
    Ok(used)
}
