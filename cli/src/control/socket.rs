//! The socket of one host, which is removed together with the host.

use super::folder;
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

const OWNER_ONLY: u32 = 0o600;

/// A socket that this process listens on. It is removed when this is dropped.
pub(super) struct Socket {
    path: PathBuf,
    inode: u64,
}

impl Socket {
    /// Begins to listen at `path`, or at this process's place in the user's folder.
    pub(super) fn claim(path: Option<PathBuf>) -> io::Result<(Self, UnixListener)> {
        match path {
            Some(path) => Self::claim_at(path),
            None => {
                folder::make()?;
                sweep();
                Self::claim_at(folder::socket_of(std::process::id()))
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn claim_at(path: PathBuf) -> io::Result<(Self, UnixListener)> {
        let turn = turn_in_folder_of(&path)?;
        remove_if_stale(&path)?;
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(OWNER_ONLY))?;
        let inode = fs::symlink_metadata(&path)?.ino();
        drop(turn);
        Ok((Self { path, inode }, listener))
    }

    fn is_there(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok_and(|found| found.ino() == self.inode)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // If it cannot be removed, the next host does it.
        if let Ok(_turn) = turn_in_folder_of(&self.path)
            && self.is_there()
        {
            fs::remove_file(&self.path).ok();
        }
    }
}

/// A lock protects the check and creation of sockets, because a socket that does not listen yet
/// looks like one that a dead host left.
fn turn_in_folder_of(path: &Path) -> io::Result<File> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = File::open(folder)?;
    folder.lock()?;
    Ok(folder)
}

/// Removes a socket on which no process listens. Any other socket belongs to a running host.
fn remove_if_stale(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(found) if !found.file_type().is_socket() => {
            let fault = "there is something else of this name";
            return Err(io::Error::new(ErrorKind::AlreadyExists, fault));
        }
        Ok(_) => {}
    }
    match UnixStream::connect(path) {
        Ok(_) => Err(io::Error::new(
            ErrorKind::AddrInUse,
            "another host listens there",
        )),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(error) => Err(error),
    }
}

/// Removes the sockets of hosts that were killed.
fn sweep() {
    let Ok(_turn) = turn_in_folder_of(&folder::socket_of(0)) else {
        return;
    };
    for (_, socket) in folder::sockets().unwrap_or_default() {
        remove_if_stale(&socket).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::Socket;
    use std::io::ErrorKind;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_stale_socket_is_replaced_and_a_live_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("host.sock");
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "nobody removes it");

        let (socket, listener) = Socket::claim(Some(path.clone())).unwrap();
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let second = Socket::claim(Some(path.clone())).map(drop);
        assert_eq!(second.unwrap_err().kind(), ErrorKind::AddrInUse);
        assert!(path.exists());
        drop((socket, listener));
        assert!(!path.exists());
    }

    #[test]
    fn other_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "dear diary").unwrap();
        let claimed = Socket::claim(Some(path.clone())).map(drop);
        assert_eq!(claimed.unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"dear diary");
    }
}
