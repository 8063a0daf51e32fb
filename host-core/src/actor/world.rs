//! The world that an actor sees: its console, two clocks and randomness.

mod console;

use crate::clock::Clock;
use crate::id::ActorId;
use capwire_wapc::{NoEntropy, World};
use console::Console;
use std::sync::Arc;
use std::time::Duration;

/// The world of one actor, shared by its instances.
pub(super) struct ActorWorld {
    console: Console,
    clock: Arc<dyn Clock>,
}

impl ActorWorld {
    /// Returns the world of the actor `id` with the name `name`.
    pub(super) fn new(id: ActorId, name: String, clock: Arc<dyn Clock>) -> Self {
        Self {
            console: Console::new(id, name, clock.monotonic()),
            clock,
        }
    }
}

impl World for ActorWorld {
    fn console(&self, line: &str) {
        self.console.print(line, self.clock.monotonic());
    }

    fn realtime(&self) -> Duration {
        self.clock.unix()
    }

    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    fn random(&self, buffer: &mut [u8]) -> Result<(), NoEntropy> {
        getrandom::fill(buffer).map_err(|error| {
            tracing::error!(%error, "the operating system gives no random bytes");
            NoEntropy
        })
    }
}
