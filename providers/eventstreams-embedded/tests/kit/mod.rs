//! Stores with a clock that a test sets.

use capwire_contracts_suite::eventstreams::Subject;
use capwire_eventstreams_embedded::{Clock, EventStreamsEmbedded};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

/// The time at which the clock begins, in milliseconds since the Unix epoch.
pub(crate) const START: u64 = 1_600_000_000_000;

#[derive(Clone)]
pub(crate) struct ManualClock(Arc<Mutex<SystemTime>>);

impl Default for ManualClock {
    fn default() -> Self {
        let start = SystemTime::UNIX_EPOCH + Duration::from_millis(START);
        Self(Arc::new(Mutex::new(start)))
    }
}

impl ManualClock {
    pub(crate) fn pass(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }

    pub(crate) fn go_back(&self, time: Duration) {
        *self.0.lock().unwrap() -= time;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }
}

pub(crate) fn subject(directory: &Path, clock: &ManualClock) -> Subject {
    let store = EventStreamsEmbedded::open_with_clock(directory, clock.clone()).unwrap();
    Subject::new(store, [], "test", ())
}
