//! Folders and files, which are opened by one component of a path at a time, and never through links.

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, fstat, mkdirat, openat, statat};
use rustix::io::Errno;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

/// The mode of files, which only their owner reads.
pub(crate) const FILE: Mode = Mode::from_raw_mode(0o600);
/// The mode of folders.
const FOLDER: Mode = Mode::from_raw_mode(0o700);

const NO_LINKS: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC);

/// An open folder.
#[derive(Debug)]
pub(crate) struct Folder(OwnedFd);

/// A file in a folder, or a folder in it.
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) is_folder: bool,
}

impl Folder {
    /// Opens the folder at `path`, which the operator chose.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(openat(CWD, path, flags, Mode::empty())?))
    }

    /// Opens the folder at `path`, and creates it if it does not exist.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        Self::open(path)
    }

    /// Returns the same folder.
    pub(crate) fn again(&self) -> io::Result<Self> {
        Ok(Self(self.0.try_clone()?))
    }

    /// Opens the folder `name` in this one, or returns `None` if there is none.
    pub(crate) fn folder(&self, name: &str) -> io::Result<Option<Self>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | NO_LINKS;
        match openat(&self.0, name, flags, Mode::empty()) {
            Ok(folder) => Ok(Some(Self(folder))),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Creates the folder `name` in this one, and returns `true` if it did not exist.
    pub(crate) fn create_folder(&self, name: &str) -> io::Result<bool> {
        match mkdirat(&self.0, name, FOLDER) {
            Ok(()) => {
                self.sync()?;
                Ok(true)
            }
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the size of the file `name`, or `None` if it is no file.
    pub(crate) fn size_of(&self, name: &str) -> io::Result<Option<u64>> {
        match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => Ok(size_of_file(&found)),
            Err(Errno::NOENT | Errno::NAMETOOLONG) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens the file `name` for reading, or returns `None` if it is no file. Returns its size, too.
    pub(crate) fn file(&self, name: &str) -> io::Result<Option<(File, u64)>> {
        // To open a device can have an effect.
        if self.size_of(name)?.is_none() {
            return Ok(None);
        }
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | NO_LINKS;
        match openat(&self.0, name, flags, Mode::empty()) {
            Ok(file) => {
                let size = size_of_file(&fstat(&file)?);
                Ok(size.map(|size| (File::from(file), size)))
            }
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Creates the file `name`, or returns `None` if there is one.
    pub(crate) fn create_file(&self, name: &str) -> io::Result<Option<File>> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | NO_LINKS;
        match openat(&self.0, name, flags, FILE) {
            Ok(file) => Ok(Some(File::from(file))),
            Err(Errno::EXIST) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Passes each file and folder in this one to `each`, without links and devices, until `each` fails.
    pub(crate) fn each<E: From<io::Error>>(
        &self,
        mut each: impl FnMut(Found) -> Result<(), E>,
    ) -> Result<(), E> {
        let entries = Dir::read_from(&self.0).map_err(io::Error::from)?;
        for entry in entries {
            let entry = entry.map_err(io::Error::from)?;
            let Ok(name) = entry.file_name().to_str() else {
                continue;
            };
            if name == "." || name == ".." {
                continue;
            }
            let is_folder = match self.kind_of(name, entry.file_type())? {
                FileType::RegularFile => false,
                FileType::Directory => true,
                _ => continue,
            };
            let name = name.to_owned();
            each(Found { name, is_folder })?;
        }
        Ok(())
    }

    fn kind_of(&self, name: &str, told: FileType) -> io::Result<FileType> {
        if told != FileType::Unknown {
            return Ok(told);
        }
        match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => Ok(FileType::from_raw_mode(found.st_mode)),
            Err(Errno::NOENT) => Ok(FileType::Unknown),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes the names in the folder to the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.0)?)
    }
}

impl AsFd for Folder {
    fn as_fd(&self) -> rustix::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn size_of_file(found: &rustix::fs::Stat) -> Option<u64> {
    match FileType::from_raw_mode(found.st_mode) {
        FileType::RegularFile => u64::try_from(found.st_size).ok(),
        _ => None,
    }
}
