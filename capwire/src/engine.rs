//! Engines, which run WebAssembly. An engine is a value: `Host::builder(engine::Wasmi::new())`.

pub use capwire_wapc::{Engine, Support};

#[cfg(feature = "wasm3")]
pub use capwire_engine_wasm3::Wasm3;
#[cfg(feature = "wasmi")]
pub use capwire_engine_wasmi::{self as wasmi, Wasmi};
#[cfg(feature = "wasmtime")]
pub use capwire_engine_wasmtime::{self as wasmtime, Wasmtime};
