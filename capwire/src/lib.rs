//! The host, the engines and the providers of capwire in one crate.
//!
//! An *actor* is a WebAssembly module that is signed together with the list of capabilities that it
//! may use. A [`Host`] starts actors and binds them to *providers* of these capabilities.
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
//! A feature only adds items. There is no default engine: your code passes one to the host.
//!
//! | feature | adds |
//! |---|---|
//! | `wasmtime` | `engine::Wasmtime`: a compiler, runs actors fastest |
//! | `winch` | `engine::wasmtime::Strategy::Winch`: a faster compiler of wasmtime |
//! | `wasmi` | `engine::Wasmi`: a portable interpreter, loads actors fastest |
//! | `wasm3` | `engine::Wasm3`: a small interpreter in C, for trusted actors, with [`HostBuilder::accept_unsafe_engine`] |
//! | `config` | `providers::Values`: `capwire:config` |
//! | `eventstreams-embedded` | `providers::EventStreamsEmbedded`: `wascc:eventstreams` in a durable file |
//! | `eventstreams-nats` | `providers::EventStreamsNats`: `wascc:eventstreams` on a NATS server with JetStream |
//! | `eventstreams-redis` | `providers::EventStreamsRedis`: `wascc:eventstreams` on a Redis server |
//! | `extras` | `providers::Extras`: `wascc:extras` |
//! | `http-client` | `providers::HttpClient`: `wascc:http_client` |
//! | `http-server` | `providers::HttpServer`: `wascc:http_server` |
//! | `keyvalue-embedded` | `providers::KeyValueEmbedded`: `wascc:keyvalue` in a durable file |
//! | `keyvalue-nats` | `providers::KeyValueNats`: `wascc:keyvalue` on a NATS server with JetStream |
//! | `keyvalue-redis` | `providers::KeyValueRedis`: `wascc:keyvalue` on a Redis server |
//! | `blobstore-local` | `providers::BlobstoreLocal`: `wascc:blobstore` in files, on Unix |
//! | `blobstore-s3` | `providers::BlobstoreS3`: `wascc:blobstore` on S3 |
//! | `messaging-local` | `providers::MessagingLocal`: `wascc:messaging` in memory |
//! | `sql-postgres` | `providers::SqlPostgres`: `capwire:sql` on a PostgreSQL server |
//! | `messaging-nats` | `providers::MessagingNats`: `wascc:messaging` on a NATS server |
//! | `sql-sqlite` | `providers::SqlSqlite`: `capwire:sql` on SQLite, in files |
//! | `timer` | `providers::Timers`: `capwire:timer`, in memory or in files |
//! | `logging` | `providers::Logging`: `wascc:logging` to `tracing` |
//! | `legacy` | `wascap::canonicalize`: encodes modules in the form that the tools of 2020 accept |
//! | `metrics` | `metrics::Endpoint`: metrics for Prometheus |
//! | `plugins` | `plugin::Plugin`: providers from shared libraries, on Linux |
//! | `record` | `record::Recorder`: records what actors use, to derive narrow claims from it |
//! | `testing` | `testing::sign`: signs a module for a test in one line |
//!
//! Your own engine implements [`engine::Engine`]; your own provider implements
//! [`provider::Provider`].

#![forbid(unsafe_code)]

pub mod engine;
pub mod providers;

pub use capwire_contracts as contracts;
pub use capwire_host::{
    Actor, ActorHealth, ActorId, ActorInfo, ActorMetrics, ActorOptions, AppliesTo, BindingInfo,
    BindingKey, BindingMetrics, BindingName, CallCounts, CallFailure, CallMetrics, Canary,
    CanaryInfo, ChainRule, ClaimsOnly, Clock, ContractId, DefaultValue, Denial, DeniedBy, Dispatch,
    Durations, Error, ErrorKind, Event, Events, Host, HostBuilder, HostOptions, Instances,
    Inventory, Invocation, Limit, ManualClock, Metrics, NameError, OperationMetrics, OptionError,
    OptionFault, Origin, Permission, PermissionError, Policy, PolicyRule, PolicyRules, PoolInfo,
    PreparedSwap, Proportion, ProportionError, ProviderId, ProviderInfo, ProviderMetrics,
    ProviderOptions, ProviderState, ProviderSwapOptions, ProviderSwapReport, Question, Remedy,
    Sleep, SwapOptions, SwapReport, SystemClock, Target, Unit, check_alias,
};
#[cfg(feature = "metrics")]
pub use capwire_metrics as metrics;
#[cfg(all(feature = "plugins", target_os = "linux"))]
pub use capwire_plugin as plugin;
pub use capwire_provider as provider;
#[cfg(feature = "record")]
pub use capwire_record as record;
pub use capwire_wapc as wapc;
pub use capwire_wascap as wascap;
#[cfg(feature = "testing")]
pub use capwire_wascap::testing;

/// Compiles the README's example.
#[cfg(all(doctest, feature = "wasmi"))]
#[doc = include_str!("../README.md")]
struct Readme;
