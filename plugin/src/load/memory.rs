//! Files in memory that nobody can change any more.

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::PathBuf;

/// A sealed file in memory.
///
/// The system's loader finds a library that it knows by the name of its file. So the descriptor, whose number is the
/// name, must live as long as the library.
#[derive(Debug)]
pub(crate) struct SealedFile(File);

impl SealedFile {
    /// Returns a file with these bytes, which can neither grow, shrink nor be written.
    pub(crate) fn of(bytes: &[u8]) -> io::Result<Self> {
        let mut file = File::from(create()?);
        file.write_all(bytes)?;
        let seals = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
        fcntl_add_seals(&file, seals)?;
        Ok(Self(file))
    }

    /// Returns the path by which this process opens the file.
    pub(crate) fn path(&self) -> PathBuf {
        format!("/proc/self/fd/{}", self.0.as_raw_fd()).into()
    }
}

fn create() -> io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    match memfd_create("capwire-provider", flags | MemfdFlags::EXEC) {
        // Kernels before 6.3 do not know the flag, and such files are executable there.
        Err(Errno::INVAL) => Ok(memfd_create("capwire-provider", flags)?),
        created => Ok(created?),
    }
}
