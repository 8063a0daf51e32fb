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
//! # use capwire::wascap::{ActorClaimsBuilder, KeyKind, KeyPair, UnixSeconds, sign_module};
//! # let mut rng = getrandom::rand_core::UnwrapErr(getrandom::SysRng);
//! # let account = KeyPair::generate(KeyKind::Account, &mut rng);
//! # let key = KeyPair::generate(KeyKind::Module, &mut rng).public();
//! # let claims = ActorClaimsBuilder::new(key, UnixSeconds(1_600_000_000), &mut rng);
//! # let wasm = wat::parse_str(r#"(module
//! #     (import "wapc" "__guest_request" (func $request (param i32 i32)))
//! #     (import "wapc" "__guest_response" (func $response (param i32 i32)))
//! #     (memory (export "memory") 1)
//! #     (func (export "__guest_call") (param i32 i32) (result i32)
//! #         (call $request (i32.const 0) (i32.const 64))
//! #         (call $response (i32.const 64) (local.get 1))
//! #         (i32.const 1)))"#)?;
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("echo.signed.wasm");
//! # std::fs::write(&file, sign_module(&wasm, claims, &account)?)?;
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

/// The README's example compiles.
#[cfg(all(doctest, feature = "wasmi"))]
#[doc = include_str!("../README.md")]
struct Readme;
