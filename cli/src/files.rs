//! Files, which are read completely, and written completely or not at all.

mod special;

use crate::error::Error;
use std::fs::{File, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

/// Larger than any module that an engine accepts; `/dev/zero` would never end.
const LARGEST: u64 = 1 << 30;

/// The bytes of the file at `path`.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::unreadable(format!(
            "`{}` is larger than the limit of {LARGEST} bytes",
            path.display()
        )));
    }
    Ok(bytes)
}

/// Returns the error that `path` cannot be read.
pub(crate) fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::unreadable(format!("cannot read `{}`", path.display())).because(error)
}

/// The users that may read a file that is written.
#[derive(Clone, Copy)]
pub(crate) enum Readers {
    /// The users that the umask admits.
    Anybody,
    /// The user alone.
    OwnerOnly,
}

/// The treatment of a file that exists already.
#[derive(Clone, Copy)]
pub(crate) enum Existing {
    /// It is replaced at once.
    Replace,
    /// It stays, and that is an error of the kind [`ErrorKind::AlreadyExists`].
    Keep,
}

/// Writes `bytes` to `path`. After a failure or a crash, the old file is intact.
///
/// A device, a pipe or a link at `path` stays what it is: the bytes are written into it. A secret is
/// not written into one, because others may read it there; it replaces a link.
pub(crate) fn write(
    path: &Path,
    bytes: &[u8],
    readers: Readers,
    existing: Existing,
) -> io::Result<()> {
    let there = path.symlink_metadata().map(|there| there.file_type());
    match (there, readers, existing) {
        (Ok(there), Readers::Anybody, Existing::Replace) if !there.is_file() => {
            special::write(path, bytes)
        }
        (Ok(there), Readers::OwnerOnly, Existing::Replace)
            if !there.is_file() && !there.is_symlink() =>
        {
            Err(io::Error::new(
                ErrorKind::InvalidInput,
                "it is not a regular file, and a secret is written only into one of its own",
            ))
        }
        _ => replace(path, bytes, readers, existing),
    }
}

/// Writes a new file, and gives it the name `path` when it is complete.
fn replace(path: &Path, bytes: &[u8], readers: Readers, existing: Existing) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    if let (Readers::Anybody, Some(permissions)) = (readers, anybody()) {
        builder.permissions(permissions);
    }
    folder.metadata()?;
    let file = builder.prefix(".capwire-").tempfile_in(folder);
    // The name of a temporary file, which the error has too, says nothing to anybody.
    let mut file = file.map_err(|error| io::Error::from(error.kind()))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let persisted = match existing {
        Existing::Replace => file.persist(path),
        Existing::Keep => file.persist_noclobber(path),
    };
    persisted.map(drop).map_err(|error| error.error)
}

/// The default mode of a new file, from which the umask takes away.
#[cfg(unix)]
fn anybody() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn anybody() -> Option<Permissions> {
    None
}

/// Returns `true` if `error` says that the file exists already.
pub(crate) fn exists(error: &io::Error) -> bool {
    error.kind() == ErrorKind::AlreadyExists
}
