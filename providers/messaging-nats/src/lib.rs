//! A provider of the capability `wascc:messaging` on a NATS server.
//!
//! [`MessagingNats::DESCRIBED`] has the configuration keys of a binding;
//! `docs/providers/messaging-nats.md` in the repository explains them.
//!
//! * **At most once**: a message whose handler fails is not delivered again.
//! * **At least once**, with `STREAM`: a stream of JetStream keeps each message until the actor has handled it. A message whose
//!   handler fails is delivered again after a pause, and is a dead letter at last.
//! * **Groups**: by default, one binding of an actor gets each message, on whichever host it is.
//! * **Bounds**: the queue of each binding is bounded in messages and in bytes. What does not fit is
//!   dropped, and logged.
//! * **Time**: an operation ends with its own time, with `TIMEOUT`, and with the deadline of its caller,
//!   also while the server is away.
//! * **Connections**: each binding has one, which is replaced when it is lost.
//!
//! ```no_run
//! use capwire_messaging_nats::MessagingNats;
//! use capwire_provider::{Binding, Config, Provider, ProviderError};
//!
//! async fn listen(mut binding: Binding) -> Result<MessagingNats, ProviderError> {
//!     let values = [("URL", "tls://nats.example.com"), ("SUBSCRIPTION", "orders.*")];
//!     binding.config = Config::from_iter(values);
//!     let broker = MessagingNats::new();
//!     broker.bind(binding).await?; // connects, logs in and subscribes
//!     Ok(broker)
//! }
//! ```
#![forbid(unsafe_code)]

mod client;
mod events;
mod keys;
mod provider;
mod receive;
mod stream;

pub use provider::MessagingNats;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
