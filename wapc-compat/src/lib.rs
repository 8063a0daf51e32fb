//! capwire's engines for hosts of the crate [`wapc`].
//!
//! An [`EngineProvider`] makes any engine of capwire an engine of [`wapc::WapcHost`]. A program that
//! uses `wasmtime-provider` changes the line that makes the engine:
//!
//! ```
//! use capwire_engine_wasmtime::Wasmtime;
//! use capwire_wapc_compat::EngineProvider;
//! use wapc::WapcHost;
//!
//! # let module_bytes = wat::parse_str(capwire_conformance::guests::ECHO)?;
//! // let engine = WasmtimeEngineProviderBuilder::new().module_bytes(&module_bytes).build()?;
//! let engine = EngineProvider::new(Wasmtime::new()?, &module_bytes)?;
//!
//! let host = WapcHost::new(Box::new(engine), Some(Box::new(|_id, binding, _, _, _| {
//!     Err(format!("there is no {binding} here").into())
//! })))?;
//! assert_eq!(host.call("ping", b"payload bytes")?, b"payload bytes");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Differences from `wasmtime-provider`
//! - Memory, tables and the stack have limits:
//!   [`ResourceLimits::default`](capwire_wapc::ResourceLimits), or those
//!   [given](EngineProvider::limits). Messages have no limit. Computing has a limit if
//!   [set](EngineProvider::computing_time).
//! - A guest that traps, is stopped, or breaks the protocol is not called again. The next call goes
//!   to a new instance of the module, which has no memory of earlier calls.
//! - A bad pointer of a guest is an error of its call, not a panic of the host.
//! - `_initialize` is called as well, between `_start` and `wapc_init`. A host call of a start
//!   function gets an error.
//! - WASI is an empty world, without files, arguments and environment. Standard output goes to the
//!   same log as console lines.
//! - An engine that is not safe for untrusted modules, such as wasm3, is accepted without the
//!   consent that capwire's own hosts require.
//! - If a [replacement](wapc::WapcHost::replace_module) does not start, the old module stays.
//!   Otherwise nothing of the old module stays.

#![forbid(unsafe_code)]

mod provider;
mod world;

pub use provider::EngineProvider;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
