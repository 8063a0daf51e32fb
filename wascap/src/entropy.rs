//! Random bytes of the operating system.

/// The operating system has no random bytes.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the operating system has no random bytes")]
pub struct EntropyError(#[from] getrandom::Error);
