//! A provider of the capability `wascc:logging`: it turns the log lines of actors into `tracing`
//! events.
//!
//! | level of the line | level of the event |
//! |---|---|
//! | 0, off | no event |
//! | 1 to 5 | `error`, `warn`, `info`, `debug`, `trace` |
//! | others | `error`, with the number in the field `level` |
//!
//! Events have the target `actor`. The field `actor` holds the actor's name in its claims, `key`
//! its public key, and `trace_id` the trace of the call. The program's subscriber decides which
//! events are written, and where.
//!
//! Actors cannot forge log lines: control characters and line breaks are escaped, and lines are
//! truncated after 8 KiB.
//!
//! The provider has no configuration. Its operation is `WriteLog`; actors in AssemblyScript call it
//! `write`.
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
