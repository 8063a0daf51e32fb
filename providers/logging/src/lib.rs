//! The `wascc:logging` capability: lines of actors become `tracing` events.
//!
//! | level | becomes |
//! |---|---|
//! | 0, off | nothing |
//! | 1 to 5 | `error`, `warn`, `info`, `debug`, `trace` |
//! | others | `error`, with the number in the field `level` |
//!
//! Events have the target `actor`, and say in the field `actor` what its author named it and in
//! `key` its public key; `trace_id` is the trace of the call for which the actor wrote. Which ones
//! are written, and where, is up to the program's subscriber.
//!
//! Actors are not trusted with the log: control characters and line breaks are escaped, and what
//! is longer than 8 KiB is cut.
//!
//! There is nothing to configure. The operation is `WriteLog`, or `write` for actors in
//! AssemblyScript.
//!
//! ```
//! use capwire_contracts::{codec, logging::{LEVEL_INFO, OP_WRITE_LOG, WriteLogRequest}};
//! use capwire_logging::Logging;
//! use capwire_provider::{ActorCall, ActorError, ActorHandle, Binding, BindingId, Call, Config, Provider};
//! use std::sync::Arc;
//!
//! # struct Nobody;
//! # #[capwire_provider::async_trait]
//! # impl ActorHandle for Nobody {
//! #     async fn call(&self, _: ActorCall<'_>) -> Result<bytes::Bytes, ActorError> {
//! #         Err(ActorError::Stopped)
//! #     }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let actor = Arc::new(Nobody);
//! let logging = Logging::new();
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! logging.bind(Binding { id: id.clone(), config: Config::default(), actor }).await?;
//!
//! let line = WriteLogRequest { level: LEVEL_INFO, body: "hello".into() };
//! logging.call(Call::new(&id, OP_WRITE_LOG, &codec::encode(&line)?)).await?;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod line;
mod provider;

pub use provider::Logging;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
