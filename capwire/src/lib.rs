//! The host, engines and providers of capwire behind one name.
//!
//! An *actor* is a WebAssembly module that its author signed together with the capabilities that
//! it may use. A [`Host`] starts actors, and binds them to *providers* of these capabilities.
//!
#![cfg_attr(feature = "wasmi", doc = "```")]
#![cfg_attr(not(feature = "wasmi"), doc = "```ignore")]
//! use capwire::{Host, engine};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let wasm = wat::parse_str(capwire_conformance::guests::ECHO)?;
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("echo.signed.wasm");
//! # std::fs::write(&file, capwire::testing::sign(&wasm, &[])?)?;
//! let host = Host::builder(engine::Wasmi::new()).build()?;
//! let actor = host.verify(std::fs::read(file)?).await?;
//! let echo = host.start_actor(actor).await?;
//!
//! let reply = host.call(echo, "echo", "hello").await?;
//! assert_eq!(reply, "hello");
//! host.shutdown().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//! A feature only adds names. An engine is one that you name in your code; none is chosen for you.
//!
//! | feature | adds |
//! |---|---|
//! | `wasmtime` | `engine::Wasmtime`: compiles ahead, fastest |
//! | `winch` | `engine::wasmtime::Strategy::Winch`: compiles quickly |
//! | `wasmi` | `engine::Wasmi`: interprets, starts at once, runs everywhere |
//! | `wasm3` | `engine::Wasm3`: the smallest, in C: for trusted actors, with [`HostBuilder::accept_unsafe_engine`] |
//! | `extras` | `providers::Extras`: `wascc:extras` |
//! | `http-server` | `providers::HttpServer`: `wascc:http_server` |
//! | `keyvalue-embedded` | `providers::KeyValueEmbedded`: `wascc:keyvalue` in a durable file |
//! | `logging` | `providers::Logging`: `wascc:logging` to `tracing` |
//! | `legacy` | `wascap::canonicalize`: modules that the tools of 2020 accept |
//! | `metrics` | `metrics::Endpoint`: numbers for Prometheus |
//! | `testing` | `testing::sign`: signs a module for a test in one line |
//!
//! An engine of your own implements [`engine::Engine`], a provider of your own
//! [`provider::Provider`].

#![forbid(unsafe_code)]

pub mod engine;
pub mod providers;

pub use capwire_contracts as contracts;
pub use capwire_host::*;
#[cfg(feature = "metrics")]
pub use capwire_metrics as metrics;
pub use capwire_provider as provider;
pub use capwire_wapc as wapc;
pub use capwire_wascap as wascap;
#[cfg(feature = "testing")]
pub use capwire_wascap::testing;

/// The README's example compiles.
#[cfg(all(doctest, feature = "wasmi"))]
#[doc = include_str!("../README.md")]
struct Readme;
