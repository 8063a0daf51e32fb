//! The WASI error numbers that this crate uses. Both versions of WASI have the same numbers.

/// The reason for the failure of a WASI function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errno {
    /// `EBADF`: the descriptor does not exist.
    BadDescriptor = 8,
    /// `EFAULT`: the address is outside the guest's memory.
    Fault = 21,
    /// `EINVAL`: an argument is invalid.
    Invalid = 28,
    /// `EIO`: the world outside failed.
    InputOutput = 29,
    /// `ENOSYS`: the function is not implemented.
    NoSuchFunction = 52,
    /// `ENOTDIR`: the descriptor is not a directory.
    NotDirectory = 54,
    /// `ENOTSOCK`: the descriptor is not a socket.
    NotSocket = 57,
    /// `ENOTSUP`: the operation is not supported.
    NotSupported = 58,
    /// `ESPIPE`: the descriptor has no position.
    NotSeekable = 70,
}

impl Errno {
    pub(crate) fn number(self) -> u16 {
        self as u16
    }
}
