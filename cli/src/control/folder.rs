//! The folder of the sockets of a user's hosts, which no other user can open.

use crate::error::Error;
use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

const PRIVATE: u32 = 0o700;

/// Returns the user of this process, who owns everything that it creates.
pub(super) fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// `capwire` in the folder that the system made for the user's session, or if there is none, a
/// folder of the user's own among the temporary ones.
pub(super) fn path() -> PathBuf {
    let session = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    match session.filter(|session| session.is_absolute() && session.is_dir()) {
        Some(session) => session.join("capwire"),
        None => PathBuf::from(format!("/tmp/capwire-{}", user())),
    }
}

/// The socket of the host with the process id `pid`.
pub(super) fn socket_of(pid: u32) -> PathBuf {
    path().join(format!("{pid}.sock"))
}

/// The sockets in the folder with the process ids that they are named by, the oldest first. Some
/// may be left from hosts that are gone.
pub(super) fn sockets() -> Result<Vec<(u32, PathBuf)>, Error> {
    let folder = path();
    let entries = check(&folder).and_then(|()| fs::read_dir(&folder));
    let mut sockets: Vec<(u32, PathBuf)> = match entries {
        Ok(entries) => entries
            .filter_map(|entry| named(entry.ok()?.path()))
            .collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(refused(&folder, error)),
    };
    sockets.sort();
    Ok(sockets)
}

/// Creates the directory if it does not exist.
pub(super) fn make() -> io::Result<()> {
    let folder = path();
    match DirBuilder::new().mode(PRIVATE).create(&folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => check(&folder),
    }
}

/// Anybody can create a directory with this name in `/tmp`, so its owner and mode are checked.
fn check(folder: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(folder)?;
    let fault = if !found.is_dir() {
        "it is not a directory"
    } else if found.uid() != user() {
        "it belongs to somebody else"
    } else if found.mode() & 0o077 != 0 {
        "others can look into it: `chmod 700` it"
    } else {
        return Ok(());
    };
    Err(io::Error::new(ErrorKind::PermissionDenied, fault))
}

fn named(socket: PathBuf) -> Option<(u32, PathBuf)> {
    let is_socket = socket.extension() == Some(OsStr::new("sock"));
    let pid = socket.file_stem()?.to_str()?.parse().ok()?;
    is_socket.then_some((pid, socket))
}

fn refused(folder: &Path, error: io::Error) -> Error {
    Error::failure(format!(
        "the directory `{}` of control sockets cannot be trusted",
        folder.display()
    ))
    .because(error)
    .help("name the host's socket with `--host SOCKET`")
}

#[cfg(test)]
mod tests {
    use super::check;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn only_a_private_folder_is_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own");
        fs::create_dir(&own).unwrap();
        fs::set_permissions(&own, Permissions::from_mode(0o700)).unwrap();
        assert!(check(&own).is_ok());
        fs::set_permissions(&own, Permissions::from_mode(0o750)).unwrap();
        assert!(check(&own).is_err());
        fs::set_permissions(&own, Permissions::from_mode(0o700)).unwrap();
        let link = folder.path().join("link");
        symlink(&own, &link).unwrap();
        assert!(check(&link).is_err(), "others can make it lead elsewhere");
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(check(&file).is_err());
    }
}
