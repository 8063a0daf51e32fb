//! The cache's folder: files that are written whole, read as they are, and removed when there are too many.

use super::error::CacheError;
use super::name::Name;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// A file of compiled code in a [`CodeCache`](crate::CodeCache).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CachedCode {
    pub(super) name: Name,
    /// Its length in bytes.
    pub bytes: u64,
    /// The time when it was last written or loaded.
    pub used: SystemTime,
}

impl CachedCode {
    /// Returns the file's name: a hash of the module, the engine, its options, and the processor.
    #[must_use]
    pub fn name(&self) -> String {
        self.name.to_text()
    }
}

/// The result of [`CodeCache::prune`](crate::CodeCache::prune).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruned {
    /// Files that were removed.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// A longer file is not read.
const LONGEST: u64 = 1 << 30;

/// The beginning of the names of unfinished files.
const PART: &str = ".part-";

#[derive(Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn open(path: PathBuf) -> Result<Self, CacheError> {
        create_private(&path).map_err(|error| CacheError::io("create", &path, error))?;
        check_unshared(&path)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn file(&self, name: &Name) -> PathBuf {
        self.0.join(name.to_text())
    }

    pub(super) fn read(&self, name: &Name) -> Result<Vec<u8>, CacheError> {
        let file = self.file(name);
        let bytes = open(&file).and_then(|opened| contents(opened, LONGEST));
        bytes.map_err(|error| CacheError::io("read", file, error))
    }

    /// Notes that a file was used. If that fails, it is only removed earlier than others.
    pub(super) fn touch(&self, name: &Name) {
        let now = SystemTime::now();
        open(&self.file(name))
            .and_then(|file| file.set_modified(now))
            .ok();
    }

    pub(super) fn write(&self, name: &Name, bytes: &[u8]) -> Result<(), CacheError> {
        let part = self.0.join(unique());
        let written = create(&part)
            .and_then(|mut file| file.write_all(bytes))
            .and_then(|()| fs::rename(&part, self.file(name)));
        written.map_err(|error| {
            fs::remove_file(&part).ok();
            CacheError::io("write", &part, error)
        })
    }

    pub(super) fn list(&self) -> Result<Vec<CachedCode>, CacheError> {
        let mut all = Vec::new();
        for (file, metadata) in self.entries()? {
            let Some(name) = Name::parse(&file) else {
                continue;
            };
            all.push(CachedCode {
                name,
                bytes: metadata.len(),
                used: used(&metadata),
            });
        }
        all.sort_by_key(|code| std::cmp::Reverse(code.used));
        Ok(all)
    }

    /// Removes the files that were not used for longest, and unfinished ones after the time `abandoned`.
    pub(super) fn prune(&self, max_bytes: u64, abandoned: Duration) -> Result<Pruned, CacheError> {
        let mut pruned = Pruned::default();
        let mut kept: u64 = 0;
        for code in self.list()? {
            if kept + code.bytes <= max_bytes {
                kept += code.bytes;
            } else {
                pruned.count(code.bytes, remove(&self.file(&code.name))?);
            }
        }
        for (file, metadata) in self.entries()? {
            let age = used(&metadata).elapsed().unwrap_or_default();
            if file.starts_with(PART) && age > abandoned {
                pruned.count(metadata.len(), remove(&self.0.join(file))?);
            }
        }
        Ok(pruned)
    }

    /// Returns the regular files with their names.
    fn entries(&self) -> Result<Vec<(String, fs::Metadata)>, CacheError> {
        let failed = |error| CacheError::io("read", &self.0, error);
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // Another process may have removed it.
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file);
            all.extend(entry.file_name().into_string().ok().zip(metadata));
        }
        Ok(all)
    }
}

impl Pruned {
    fn count(&mut self, bytes: u64, removed: bool) {
        if removed {
            self.files += 1;
            self.bytes += bytes;
        }
    }
}

/// Removes `file`. Returns false if another process did.
fn remove(file: &Path) -> Result<bool, CacheError> {
    match fs::remove_file(file) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(CacheError::io("remove", file, error)),
    }
}

fn used(metadata: &fs::Metadata) -> SystemTime {
    metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Returns a name for an unfinished file that no other writer in the folder has.
pub(super) fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{PART}{}-{count}", process::id())
}

/// Returns the bytes of a regular file with at most `longest`.
pub(super) fn contents(file: File, longest: u64) -> io::Result<Vec<u8>> {
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > longest {
        return Err(io::Error::other("it is no regular file, or too long"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.take(longest).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens `path` for reading, unless it is a symbolic link. A pipe does not block.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
    }
    options.open(path)
}

/// Creates the file `path`, for its owner only.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Creates the folder `path` and its parents where there are none, for their owner only.
pub(super) fn create_private(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Checks that `path` is a folder to which only its owner, who is this user, can write.
fn check_unshared(path: &Path) -> Result<(), CacheError> {
    let failed = |error| CacheError::io("read", path, error);
    let metadata = fs::symlink_metadata(path).map_err(failed)?;
    if !metadata.is_dir() {
        return Err(failed(io::ErrorKind::NotADirectory.into()));
    }
    check(
        path,
        &metadata,
        0o022,
        "can be changed by other users: `chmod 700` it",
    )
}

/// Checks that only its owner, who is this user, can read the opened file `path`.
pub(super) fn check_private(path: &Path, opened: &File) -> Result<(), CacheError> {
    let metadata = opened.metadata();
    let metadata = metadata.map_err(|error| CacheError::io("read", path, error))?;
    check(
        path,
        &metadata,
        0o077,
        "can be read by other users: remove it, and a new one is made",
    )
}

#[cfg(unix)]
fn check(
    path: &Path,
    metadata: &fs::Metadata,
    denied: u32,
    problem: &'static str,
) -> Result<(), CacheError> {
    use std::os::unix::fs::MetadataExt;
    let problem = match metadata.uid() == rustix::process::geteuid().as_raw() {
        false => "belongs to another user: choose another place",
        true if metadata.mode() & denied != 0 => problem,
        true => return Ok(()),
    };
    Err(CacheError::Unsafe {
        path: path.to_owned(),
        problem,
    })
}

#[cfg(not(unix))]
fn check(_: &Path, _: &fs::Metadata, _: u32, _: &'static str) -> Result<(), CacheError> {
    Ok(())
}
