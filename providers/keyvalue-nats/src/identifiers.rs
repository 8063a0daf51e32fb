//! Identifiers of writes, by which the server knows a write that it gets again.

use data_encoding::BASE64URL_NOPAD;
use std::sync::atomic::{AtomicU64, Ordering};

/// The identifiers of one binding.
pub(crate) struct Identifiers {
    random: String,
    count: AtomicU64,
}

impl Identifiers {
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut random = [0; 12];
        getrandom::fill(&mut random)?;
        Ok(Self {
            random: BASE64URL_NOPAD.encode(&random),
            count: AtomicU64::new(0),
        })
    }

    /// Returns an identifier that no other write has.
    pub(crate) fn next(&self) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        format!("{}{count}", self.random)
    }
}
