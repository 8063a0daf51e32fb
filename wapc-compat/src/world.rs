//! The world of a guest under `wapc::WapcHost`.

use capwire_wapc::{NoEntropy, World};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use wapc::ModuleState;

/// The machine's clocks and randomness, and the console of `wapc`.
pub(crate) struct StateWorld {
    state: Arc<ModuleState>,
    began: Instant,
}

impl StateWorld {
    pub(crate) fn new(state: Arc<ModuleState>) -> Self {
        Self {
            state,
            began: Instant::now(),
        }
    }
}

impl World for StateWorld {
    fn console(&self, line: &str) {
        self.state.do_console_log(line);
    }

    fn realtime(&self) -> Duration {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        now.unwrap_or_default()
    }

    fn monotonic(&self) -> Duration {
        self.began.elapsed()
    }

    fn random(&self, buffer: &mut [u8]) -> Result<(), NoEntropy> {
        getrandom::fill(buffer).map_err(|_| NoEntropy)
    }
}
