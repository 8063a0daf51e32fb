//! The signals that streams have new events, for followers in the same process.

use capwire_eventstreams::Bell;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The bells of the streams that are followed, by their keys on the server.
#[derive(Debug, Default)]
pub(crate) struct Bells(Mutex<HashMap<String, Bell>>);

impl Bells {
    /// Returns the bell of a stream that is followed.
    pub(crate) fn of(&self, key: &str) -> Bell {
        let mut bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bells.entry(key.to_owned()).or_default().clone()
    }

    /// Rings the bell of a stream, if it has one.
    pub(crate) fn ring(&self, key: &str) {
        let bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = bells.get(key) {
            bell.ring();
        }
    }
}
