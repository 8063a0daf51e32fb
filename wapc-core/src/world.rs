//! The console, clocks and randomness of a guest.

use std::time::Duration;

/// The console, clocks and randomness of a guest.
///
/// This crate has no clock and no I/O of its own. The host that instantiates a guest provides them.
/// Methods are called while the guest runs and must not block.
pub trait World: Send + Sync {
    /// Receives a line that the guest printed: by `__console_log`, or to WASI's standard output or error.
    ///
    /// A hostile guest may print without end, so implementations should limit the rate of lines.
    fn console(&self, line: &str);

    /// Returns the time since the Unix epoch, for WASI's real-time clock.
    fn realtime(&self) -> Duration;

    /// Returns the time since a fixed point, never decreasing, for WASI's monotonic clock.
    fn monotonic(&self) -> Duration;

    /// Fills `buffer` with random bytes, for WASI's `random_get`.
    ///
    /// # Errors
    /// [`NoEntropy`] if there are no random bytes. The guest then gets an error, and `buffer` must
    /// contain no secrets of the host.
    fn random(&self, buffer: &mut [u8]) -> Result<(), NoEntropy>;
}

/// The error of a world without random bytes, since the system's source of entropy failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no random bytes: the source of entropy failed")]
pub struct NoEntropy;

/// A world that discards console lines, whose clocks always show zero, and whose random bytes are all
/// zero. It is for tests, fuzzing and guests that must be deterministic.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptyWorld;

impl World for EmptyWorld {
    fn console(&self, _line: &str) {}

    fn realtime(&self) -> Duration {
        Duration::ZERO
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn random(&self, buffer: &mut [u8]) -> Result<(), NoEntropy> {
        buffer.fill(0);
        Ok(())
    }
}
