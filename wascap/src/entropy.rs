//! Random bytes of the operating system.

/// The operating system has no random bytes.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("cannot get random bytes from the operating system")]
pub struct EntropyError(#[from] getrandom::Error);
