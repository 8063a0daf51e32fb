//! A provider of the capability `wascc:keyvalue` on a NATS server with JetStream.
//!
//! [`KeyValueNats::DESCRIBED`] has the configuration keys of a binding;
//! `docs/providers/keyvalue-nats.md` in the repository explains them.
//!
//! * **Durable**: an answered write is in the stream of the bucket.
//! * **Atomic**: each operation takes effect at one moment, also if it reads and then writes, or reads several sets.
//! * **Once**: a write whose acknowledgement was lost is sent again with the same identifier, which the server knows.
//! * **Time**: an operation ends with `TIMEOUT` and with the deadline of its caller, also while the server is away.
//! * **Open**: a string is a value as the server's own tools show and write it.
//!
//! ```no_run
//! use capwire_keyvalue_nats::KeyValueNats;
//! use capwire_provider::{Binding, Config, Provider, ProviderError};
//!
//! async fn store(mut binding: Binding) -> Result<KeyValueNats, ProviderError> {
//!     let values = [("URL", "tls://nats.example.com"), ("BUCKET", "sessions")];
//!     binding.config = Config::from_iter(values);
//!     let store = KeyValueNats::new();
//!     store.bind(binding).await?; // connects, logs in and creates the bucket
//!     Ok(store)
//! }
//! ```
#![forbid(unsafe_code)]

mod bucket;
mod clock;
mod entry;
mod failure;
mod name;
mod operations;
mod provider;
mod settings;
mod snapshot;
mod store;

pub use clock::{Clock, SystemClock};
pub use provider::KeyValueNats;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
