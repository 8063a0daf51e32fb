//! The engines, as values.

use anyhow::Result;
use capwire::engine::{Engine, Wasmi, Wasmtime};
use std::sync::Arc;

/// The fuel that an interpreter uses in a millisecond of a test. Unoptimised code is slower than
/// the engines expect, and a slice should last about as long as configured.
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
