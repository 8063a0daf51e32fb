//! The metrics of a capwire host for Prometheus.
//!
//! | metric | meaning | labels in addition to `actor` and `key` |
//! |---|---|---|
//! | `capwire_calls_total` | calls of an actor that have ended | `operation` |
//! | `capwire_call_errors_total` | calls that failed or were abandoned | `operation`, `kind` |
//! | `capwire_call_duration_seconds` | a histogram of their durations | `operation` |
//! | `capwire_calls_in_flight` | calls in progress | `operation` |
//! | `capwire_calls_waiting` | calls that wait for an instance | |
//! | `capwire_instances` | instances | `state`: `idle` or `busy` |
//! | `capwire_instances_started_total` | instances of the running version that were started | |
//! | `capwire_capability_calls_total` and others | the first four metrics for calls by an actor | `contract`, `binding`, `operation` |
//! | `capwire_provider_up` | 0 while the provider is broken | only `contract`, `binding` |
//! | `capwire_provider_restarts_total` | times that it was opened again after a failure | only `contract`, `binding` |
//! | `capwire_provider_swaps_total` | times that it was replaced | only `contract`, `binding` |
//! | `capwire_provider_calls_waiting` | calls that wait while it is replaced | only `contract`, `binding` |
//!
//! `actor` is the actor's name. `key` is the beginning of its key, because several actors can have
//! the same name. Names that callers invent create no labels: the label `other` stands for
//! operations that no contract declares, for actors that are not running, and for bindings that do
//! not exist. The `kind` of an error is the name of an [`ErrorKind`](capwire_host::ErrorKind), or
//! `abandoned` if the caller gave up.
//!
//! The [`Endpoint`] also tells whether the host is alive and ready.
//!
//! Counters start again at 0 when an actor is started or a binding is added.
//!
//! ```
//! use capwire_engine_fake::Fake;
//! use capwire_host::{Host, HostOptions};
//! use capwire_metrics::Endpoint;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut options = HostOptions::default();
//! options.metrics = true;
//! let host = Host::builder(Fake::new()).options(options).build()?;
//! let endpoint = Endpoint::listen("127.0.0.1:0".parse()?, host).await?;
//! assert_ne!(endpoint.address().port(), 0);
//! endpoint.stop().await;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod answer;
mod endpoint;
mod family;
mod labels;
mod ready;
mod text;

pub use endpoint::Endpoint;
pub use ready::{Expectation, Expected};
pub use text::text;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
