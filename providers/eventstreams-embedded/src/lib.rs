//! A provider of the capability `wascc:eventstreams` that stores events in one durable file and needs no
//! server.
//!
//! [`EventStreamsEmbedded::DESCRIBED`] has the configuration keys of a binding;
//! `docs/providers/eventstreams-embedded.md` in the repository explains them.
//!
//! * **Durability**: an answered write is on disk (`fdatasync`). Writes that wait at the same time are
//!   committed together.
//! * **Order**: an actor gets the events of each entry of `STREAMS` one after the other, in the order in
//!   which they were written.
//! * **At least once**: an event is delivered until the actor has handled it, or is a dead letter. The
//!   position of a group survives a restart.
//! * **Bounds**: `MAX_BYTES` and `MAX_AGE` bound the streams; the bytes of writes that wait are bounded.
//! * **Damage**: a file that was changed or has decayed is refused when it is opened. A write that a crash
//!   has interrupted leaves no trace.
//!
//! ```
//! use capwire_contracts::{codec, eventstreams::{Event, StreamQuery, StreamResults}};
//! use capwire_eventstreams_embedded::EventStreamsEmbedded;
//! use capwire_provider::{ActorCall, ActorError, ActorHandle, Binding, BindingId, Call, Config, Provider};
//! use std::sync::Arc;
//! use tokio::sync::mpsc;
//!
//! struct Account(mpsc::UnboundedSender<Event>);
//!
//! #[capwire_provider::async_trait]
//! impl ActorHandle for Account {
//!     async fn call(&self, call: ActorCall<'_>) -> Result<bytes::Bytes, ActorError> {
//!         self.0.send(codec::decode(&call.payload).unwrap()).ok();
//!         Ok(bytes::Bytes::new())
//!     }
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let directory = directory.path();
//!
//! let (sender, mut events) = mpsc::unbounded_channel();
//! let streams = EventStreamsEmbedded::open(directory)?;
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! let config = Config::from_iter([("STREAMS", "account-*")]);
//! let actor = Arc::new(Account(sender));
//! streams.bind(Binding { id: id.clone(), config, actor }).await?;
//!
//! let values = [("deposit".to_owned(), "100".to_owned())].into();
//! let event = Event { stream: "account-7".into(), values, ..Event::default() };
//! streams.call(Call::new(&id, "WriteEvent", &codec::encode(&event)?)).await?;
//! assert_eq!(events.recv().await.unwrap().values["deposit"], "100");
//!
//! let query = StreamQuery { stream_id: "account-7".into(), ..StreamQuery::default() };
//! let reply = streams.call(Call::new(&id, "QueryStream", &codec::encode(&query)?)).await?;
//! assert_eq!(codec::decode::<StreamResults>(&reply)?.events.len(), 1);
//! streams.unbind(&id).await?;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod change;
mod cursor;
mod keys;
mod operations;
mod provider;
mod refusal;
mod retention;
mod schema;
mod source;
mod tables;
mod view;

pub use capwire_embedded_common::{Clock, OpenError, SystemClock};
pub use provider::{EventStoreFactory, EventStreamsEmbedded};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
