//! Identifiers of writes, by which the server knows a write that it gets again.

use capwire_provider::ProviderError;
use data_encoding::BASE64URL_NOPAD;
use std::sync::atomic::{AtomicU64, Ordering};

/// The identifiers of one binding.
#[derive(Debug)]
pub struct Identifiers {
    random: String,
    count: AtomicU64,
}

impl Identifiers {
    /// Returns identifiers that no other binding has.
    ///
    /// # Errors
    /// Returns [`ProviderError::Unavailable`] if the system has no randomness.
    pub fn new() -> Result<Self, ProviderError> {
        let mut random = [0; 12];
        getrandom::fill(&mut random)
            .map_err(|error| ProviderError::unavailable("the system has no randomness", error))?;
        Ok(Self {
            random: BASE64URL_NOPAD.encode(&random),
            count: AtomicU64::new(0),
        })
    }

    /// Returns an identifier that no other write has.
    pub fn next(&self) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        format!("{}{count}", self.random)
    }
}
