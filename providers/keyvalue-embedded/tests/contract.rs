//! The store keeps the contract of every key-value provider.
#![allow(clippy::unwrap_used, reason = "tests")]

use capwire_contracts_suite::keyvalue::Subject;
use capwire_keyvalue_embedded::{Clock, KeyValueEmbedded};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

capwire_contracts_suite::keyvalue_tests!(async { subject() });

fn subject() -> Subject {
    let directory = tempfile::tempdir().unwrap();
    let clock = ManualClock::default();
    let store = KeyValueEmbedded::open_with_clock(directory.path(), clock.clone()).unwrap();
    Subject::new(store, move |time| clock.pass(time), directory)
}

#[derive(Clone)]
struct ManualClock(Arc<Mutex<SystemTime>>);

impl ManualClock {
    fn pass(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
        Self(Arc::new(Mutex::new(start)))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }
}
