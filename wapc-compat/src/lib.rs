//! For users of the crate [`wapc`], and of engines that were made for it.
//!
//! [`EngineProvider`] is any engine of capwire as an engine of [`wapc::WapcHost`]. Whoever uses
//! `wasmtime-provider` today changes the line that makes the engine:
//!
//! ```
//! use capwire_engine_wasmtime::Wasmtime;
//! use capwire_wapc_compat::EngineProvider;
//! use wapc::WapcHost;
//!
//! # let module_bytes = wat::parse_str(r#"(module
//! #     (import "wapc" "__guest_request" (func $request (param i32 i32)))
//! #     (import "wapc" "__guest_response" (func $response (param i32 i32)))
//! #     (memory (export "memory") 1)
//! #     (func (export "__guest_call") (param i32 i32) (result i32)
//! #         (call $request (i32.const 0) (i32.const 64))
//! #         (call $response (i32.const 64) (local.get 1))
//! #         (i32.const 1)))"#)?;
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
//! # What is different then
//! - Memory, tables and the stack have limits, [`ResourceLimits::default`](capwire_wapc::ResourceLimits) if not
//!   others are [given](EngineProvider::limits). Messages have none, and computing has one if it
//!   is [asked for](EngineProvider::computing_time).
//! - A guest that trapped, was stopped, or broke the protocol is not called again: the next call
//!   goes to a new instance of the module, which remembers nothing of the calls before.
//! - A bad pointer of a guest is an error of its call, not a panic of the host.
//! - `_initialize` is called too, between `_start` and `wapc_init`. Start functions cannot call the
//!   host, and are told so.
//! - WASI is an empty world, without files, arguments and environment. What a guest prints goes to
//!   the same log as its console lines, not to standard output.
//! - An engine that hostile modules can break, as wasm3, is taken as it is: nobody asks for consent,
//!   as capwire's hosts do.
//! - [Replacing](wapc::WapcHost::replace_module) a module keeps the old one if the new one does not
//!   start, and leaves nothing of the old one behind.
//!
//! # The other way
//! [`ProviderEngine`] is any [`wapc::WebAssemblyEngineProvider`] as an engine of capwire.

#![forbid(unsafe_code)]

mod engine;
mod provider;
mod world;

pub use engine::ProviderEngine;
pub use provider::EngineProvider;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
