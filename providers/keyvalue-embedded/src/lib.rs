//! A provider of the capability `wascc:keyvalue` that stores data in one durable file and needs no
//! server.
//!
//! * **Durability**: an answered write is on disk (`fdatasync`). Writes that wait at the same time
//!   are committed together, so many callers share the cost of one commit. If the storage fails (for
//!   example, the disk is full), every write of the commit gets an error. Later writes work again
//!   when the storage does.
//! * **The semantics of Redis** for its fourteen operations: `Push` is `LPUSH`, `Range` is
//!   `LRANGE`, `ListItemDelete` is `LREM` with count 0, `Clear` is `DEL`. An operation on a key of
//!   another type fails with `WRONGTYPE`, except for `Get`, which answers "does not exist", as the
//!   providers of 2020 did. Unlike them, `Set` supports `expires`: the key expires after that number
//!   of seconds.
//! * **Separation**: each actor has its own keys, whatever the names of its bindings. The
//!   configuration key `SPACE` names a key space that all bindings with the same value share.
//! * **Size**: `MAX_BYTES` is the most bytes of keys and values that a binding may make of its key
//!   space; the default is 1 GiB. The cache for pages of the file has 32 MiB. A file that is mostly
//!   free space becomes smaller when it is opened, and when it closes unless it has more than 64 MiB
//!   of data. Configuration keys other than these two are an error.
//! * **Damage**: a file that was changed or has decayed is refused when it is opened.
//! * **Reads** return the last committed state and never wait for a writer. They run on a bounded
//!   number of threads with a share for each actor, count towards the caller's CPU budget, and end
//!   when the caller goes.
//! * **Bounds**: at most 32 MiB of writes of one actor wait for the disk, and 128 MiB of all actors.
//!   Further writes fail with [`Busy`](capwire_provider::ProviderError::Busy).
//!
//! ```
//! use capwire_contracts::{codec, keyvalue::{AddRequest, AddResponse}};
//! use capwire_keyvalue_embedded::KeyValueEmbedded;
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
//! # let directory = tempfile::tempdir()?;
//! # let (directory, actor) = (directory.path(), Arc::new(Nobody));
//! let store = KeyValueEmbedded::open(directory)?;
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! store.bind(Binding { id: id.clone(), config: Config::default(), actor }).await?;
//!
//! let payload = codec::encode(&AddRequest { key: "hits".into(), value: 1 })?;
//! let reply = store.call(Call::new(&id, "Add", &payload)).await?;
//! assert_eq!(codec::decode::<AddResponse>(&reply)?.value, 1);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod change;
mod entry;
mod operations;
mod provider;
mod refusal;
mod schema;
mod spaces;
mod tables;
#[cfg(test)]
mod tests;
mod usage;
mod view;

pub use capwire_embedded_common::{Clock, OpenError, SystemClock};
pub use provider::{KeyValueEmbedded, StoreFactory};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
