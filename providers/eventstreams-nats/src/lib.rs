//! A provider of the capability `wascc:eventstreams` on a NATS server with JetStream.
//!
//! [`EventStreamsNats::DESCRIBED`] has the configuration keys of a binding;
//! `docs/providers/eventstreams-nats.md` in the repository explains them.
//!
//! * **Events** are messages of a stream of JetStream, so other programs can read and write them.
//! * **Order**: an actor gets the events of a stream one after the other. Members of a group wait for each other, also on
//!   different hosts.
//! * **At least once**: an event stays pending in the consumer of its group until the actor has handled it, or it is a
//!   dead letter. If its host is gone, another member gets it after `ACK_WAIT`.
//! * **Once**: a write whose acknowledgement was lost is sent again with the same identifier, which the server knows.
//! * **Durability**: that of the server.
//! * **Lost connections** are replaced.
//!
//! ```no_run
//! use capwire_eventstreams_nats::EventStreamsNats;
//! use capwire_provider::{Binding, Config, Provider, ProviderError};
//!
//! async fn streams(mut binding: Binding) -> Result<EventStreamsNats, ProviderError> {
//!     let values = [("URL", "tls://nats.example.com"), ("STREAMS", "orders")];
//!     binding.config = Config::from_iter(values);
//!     let streams = EventStreamsNats::new();
//!     streams.bind(binding).await?; // connects, logs in and creates the stream of JetStream
//!     Ok(streams)
//! }
//! ```
#![forbid(unsafe_code)]

mod acknowledgement;
mod asked;
mod failure;
mod group;
mod keys;
mod message;
mod name;
mod operations;
mod provider;
mod pull;
mod reading;
mod request;
mod source;
mod store;
mod stream;
mod values;

pub use provider::EventStreamsNats;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
