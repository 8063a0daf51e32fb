//! A provider of the capability `wascc:keyvalue` that stores data on a Redis server, or on a server that speaks its
//! protocol, such as Valkey.
//!
//! [`KeyValueRedis::DESCRIBED`] has the configuration keys of a binding;
//! `docs/providers/keyvalue-redis.md` in the repository explains them.
//!
//! * **Operations**: each is one command or one script, so it takes effect completely or not at all, and nothing else
//!   happens meanwhile. `Push` is `LPUSH`, `Range` is `LRANGE`, `ListItemDelete` is `LREM` with count 0, `Clear` is
//!   `UNLINK`. An operation on a key of another type fails with `WRONGTYPE`, except for `Get`, which answers "does not
//!   exist". `Add` refuses sums beyond 32 bits.
//! * **Durability**: that of the server. With `appendfsync always`, an answered write is on its disk.
//! * **Separation**: the keys of each actor begin with its public key, unless `PREFIX` says otherwise.
//! * **Time**: an operation ends with the deadline of its caller, and with `TIMEOUT`.
//! * **Lost connections** are replaced. A read is sent again once. A write is never sent again: its error says that it
//!   may or may not have taken effect.
//! * **Size**: a message has at most 16 MiB, and the values of an answer at most `MAX_ANSWER`. The server checks the
//!   size before it sends them.
//!
//! ```no_run
//! use capwire_contracts::{codec, keyvalue::{AddRequest, AddResponse}};
//! use capwire_keyvalue_redis::KeyValueRedis;
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
//! let store = KeyValueRedis::new();
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! let config = Config::from_iter([("URL", "redis://127.0.0.1:6379/")]);
//! store.bind(Binding { id: id.clone(), config, actor }).await?; // connects
//!
//! let payload = codec::encode(&AddRequest { key: "hits".into(), value: 1 })?;
//! let reply = store.call(Call::new(&id, "Add", &payload)).await?;
//! assert_eq!(codec::decode::<AddResponse>(&reply)?.value, 1);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod answer;
mod operations;
mod provider;
mod refusal;
mod scripts;
mod settings;
mod store;

pub use provider::KeyValueRedis;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
