//! A provider of the capability `wascc:eventstreams` on a Redis server, or on a server that speaks its protocol, such as
//! Valkey.
//!
//! [`EventStreamsRedis::DESCRIBED`] has the configuration keys of a binding;
//! `docs/providers/eventstreams-redis.md` in the repository explains them.
//!
//! * **Events** are entries of Redis streams, so other programs can read and write them.
//! * **Order**: an actor gets the events of a stream one after the other. Members of a group wait for each other, also on
//!   different hosts.
//! * **At least once**: an event stays pending in its consumer group until the actor has handled it, or it is a dead
//!   letter. If its host is gone, another member gets it after `ACK_WAIT`.
//! * **Durability**: that of the server. With `appendfsync always`, an answered write is on its disk.
//! * **Lost connections** are replaced.
//!
//! ```no_run
//! use capwire_contracts::{codec, eventstreams::Event};
//! use capwire_eventstreams_redis::EventStreamsRedis;
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
//! let streams = EventStreamsRedis::new();
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! let config = Config::from_iter([("URL", "redis://127.0.0.1:6379/"), ("STREAMS", "orders")]);
//! streams.bind(Binding { id: id.clone(), config, actor }).await?; // connects
//!
//! let event = Event { stream: "orders".into(), ..Event::default() };
//! streams.call(Call::new(&id, "WriteEvent", &codec::encode(&event)?)).await?;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod bells;
mod entry;
mod keys;
mod operations;
mod provider;
mod scripts;
mod source;
mod store;
mod values;

pub use provider::EventStreamsRedis;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
