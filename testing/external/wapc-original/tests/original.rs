//! `wasmtime-provider` through the cases of `capwire-wapc-compat`.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

#[macro_use]
#[path = "../../../../wapc-compat/tests/cases/mod.rs"]
#[allow(dead_code, reason = "helpers of tests of capwire's engines")]
mod cases;

use wasmtime_provider::WasmtimeEngineProviderBuilder;

mod original {
    use super::{WasmtimeEngineProviderBuilder, cases};

    cases!(|wasm| Ok(Box::new(
        WasmtimeEngineProviderBuilder::new()
            .module_bytes(wasm)
            .build()?
    )));
}
