//! A provider of the capability `wascc:messaging` with a broker in the host's process.
//!
//! [`MessagingLocal::DESCRIBED`] has the configuration keys of a binding;
//! `docs/providers/messaging-local.md` in the repository explains them.
//!
//! * **At most once**: a message whose handler fails is not delivered again.
//! * **All or nothing**: if a subscriber has no room for a message, nobody gets it, and the sender
//!   gets an error.
//! * **Bounds**: the queue of each binding is bounded in messages and in bytes, and so are the messages
//!   that an actor handles at the same time.
//! * **Order**: with `MAX_CONCURRENT` 1, an actor gets messages in the order in which they were sent.
//! * **Ends**: a binding that ends handles the messages that it has, for at most
//!   [`DRAIN`](capwire_messaging::DRAIN).
//!
//! ```
//! use capwire_contracts::{codec, messaging::BrokerMessage};
//! use capwire_messaging_local::MessagingLocal;
//! use capwire_provider::{ActorCall, ActorError, ActorHandle, Binding, BindingId, Call, Config, Provider};
//! use std::sync::Arc;
//! use tokio::sync::mpsc;
//!
//! struct Listener(mpsc::UnboundedSender<BrokerMessage>);
//!
//! #[capwire_provider::async_trait]
//! impl ActorHandle for Listener {
//!     async fn call(&self, call: ActorCall<'_>) -> Result<bytes::Bytes, ActorError> {
//!         self.0.send(codec::decode(&call.payload).unwrap()).unwrap();
//!         Ok(bytes::Bytes::new())
//!     }
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!
//! let (heard, mut hears) = mpsc::unbounded_channel();
//! let broker = MessagingLocal::new();
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! let config = Config::from_iter([("SUBSCRIPTION", "orders.*")]);
//! let actor = Arc::new(Listener(heard));
//! broker.bind(Binding { id: id.clone(), config, actor }).await?;
//!
//! let message = BrokerMessage { subject: "orders.7".into(), ..BrokerMessage::default() };
//! broker.call(Call::new(&id, "Publish", &codec::encode(&message)?)).await?;
//! assert_eq!(hears.recv().await.unwrap().subject, "orders.7");
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod broker;
mod member;
mod provider;

pub use provider::MessagingLocal;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
