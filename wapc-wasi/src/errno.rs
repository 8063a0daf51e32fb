//! The error numbers of WASI that are used here; both versions have the same.

/// Why a WASI function failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errno {
    /// `EBADF`: no such descriptor.
    BadDescriptor = 8,
    /// `EFAULT`: an address outside of memory.
    Fault = 21,
    /// `EINVAL`.
    Invalid = 28,
    /// `ENOSYS`: no such function.
    NoSuchFunction = 52,
    /// `ENOTDIR`.
    NotDirectory = 54,
    /// `ENOTSOCK`.
    NotSocket = 57,
    /// `ENOTSUP`.
    NotSupported = 58,
    /// `ESPIPE`: a descriptor that has no position.
    NotSeekable = 70,
}

impl Errno {
    pub(crate) fn number(self) -> u16 {
        self as u16
    }
}
