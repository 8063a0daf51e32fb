//! The engines, as values.

use anyhow::Result;
use capwire::engine::{Engine, Wasmi, Wasmtime};
use std::sync::Arc;

/// What an interpreter executes in a millisecond of a test: unoptimised code is slower than what
/// the engines expect, and a slice should last about as long as it says.
const FUEL_PER_MILLISECOND: u64 = if cfg!(debug_assertions) {
    50_000
} else {
    500_000
};

/// Every engine that this crate was built with, with its default options.
///
/// # Errors
/// If one does not run on this machine.
pub fn engines() -> Result<Vec<Arc<dyn Engine>>> {
    Ok(vec![
        Arc::new(Wasmtime::new()?),
        Arc::new(interpreter()),
        #[cfg(feature = "wasm3")]
        Arc::new(capwire::engine::Wasm3::new()?),
    ])
}

pub(crate) fn interpreter() -> Wasmi {
    Wasmi::new().fuel_per_millisecond(FUEL_PER_MILLISECOND)
}
