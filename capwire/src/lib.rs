//! The host, engines and providers of capwire behind one name.
//!
//! An *actor* is a WebAssembly module that its author signed together with the capabilities it
//! may use. A *host* starts actors, and binds them to *providers* of these capabilities.
//!
//! Features only add names: an engine is one that you name in your code, and never chosen for
//! you.
//!
//! | feature | adds |
//! |---|---|
//! | `wasmtime` | `engine::Wasmtime`: compiles ahead, fastest |
//! | `wasmi` | `engine::Wasmi`: interprets, starts at once, runs everywhere |
//! | `http-server` | `providers::HttpServer`: `wascc:http_server` |
//! | `keyvalue-embedded` | `providers::KeyValueEmbedded`: `wascc:keyvalue` in a durable file |
#![forbid(unsafe_code)]

pub use capwire_contracts as contracts;
pub use capwire_host::*;
pub use capwire_provider as provider;
pub use capwire_wapc as wapc;
pub use capwire_wascap as wascap;

pub mod engine;
pub mod providers;
