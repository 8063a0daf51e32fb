//! What a guest can see of the world beside its host calls.

use std::time::Duration;

/// The console, clocks and randomness of a guest.
///
/// The core has no clock and no I/O of its own; whoever instantiates a guest decides what it
/// hears, sees and may print. Methods are called while the guest runs and must not block.
pub trait World: Send + Sync {
    /// The guest printed a line: `__console_log`, or WASI's standard output and error.
    ///
    /// A hostile guest calls this as often as it can; drop or sample lines that are too many.
    fn console(&self, line: &str);

    /// Time since the Unix epoch, for WASI's real-time clock.
    fn realtime(&self) -> Duration;

    /// Time since any fixed point, never decreasing, for WASI's monotonic clock.
    fn monotonic(&self) -> Duration;

    /// Fills `buffer` with random bytes, for WASI's `random_get`.
    ///
    /// # Errors
    /// [`NoEntropy`] if there are no random bytes. The guest gets an error then, and `buffer` must
    /// hold no secrets of the host.
    fn random(&self, buffer: &mut [u8]) -> Result<(), NoEntropy>;
}

/// A world has no random bytes, because the system's source of entropy failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no random bytes: the source of entropy failed")]
pub struct NoEntropy;

/// A world in which nothing happens: the console is discarded, the clocks stand still at zero and
/// random bytes are all zero. For tests, fuzzing and guests that must be deterministic.
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
