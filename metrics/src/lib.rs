//! The numbers of a capwire host for Prometheus.
//!
//! | metric | is | labels beside `actor` and `key` |
//! |---|---|---|
//! | `capwire_calls_total` | calls of an actor that have ended | `operation` |
//! | `capwire_call_errors_total` | those that ended otherwise than by an answer | `operation`, `kind` |
//! | `capwire_call_duration_seconds` | how long they took, a histogram | `operation` |
//! | `capwire_calls_in_flight` | calls that have begun and not ended | `operation` |
//! | `capwire_calls_waiting` | calls that wait for an instance | |
//! | `capwire_instances` | instances | `state`: `idle` or `busy` |
//! | `capwire_instances_started_total` | instances of the running version ever started | |
//! | `capwire_capability_calls_total` and so on | the same four for calls by an actor | `contract`, `binding`, `operation` |
//!
//! `actor` is a name and `key` the beginning of a key, as names can be the same. Names that callers
//! invent make no labels: operations that no contract declares are `other` together, and so are
//! actors that do not run and bindings that are not there. The `kind` of an error is the name of an
//! [`ErrorKind`](capwire_host::ErrorKind), or `abandoned` if the caller went away.
//!
//! Counters begin anew when an actor is started or a binding is made.
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
mod text;

pub use endpoint::Endpoint;
pub use text::text;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
