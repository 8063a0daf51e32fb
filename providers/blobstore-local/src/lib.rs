//! A provider of the capability `wascc:blobstore` with blobs in the files of one folder, and no server.
//! It needs Unix.
//!
//! [`BlobstoreLocal::DESCRIBED`] has the configuration keys of a binding;
//! `docs/providers/blobstore-local.md` in the repository explains them.
//!
//! * **Atomicity**: a blob appears complete or not at all. A download shows one version of a blob.
//! * **Durability**: a blob is on disk when the last chunk of its upload is answered.
//! * **Separation**: each actor has its own folder, unless `ROOT` names one that bindings share. No
//!   name leads out of it: each is one component of a path, and links and devices are no blobs.
//! * **Size**: `MAX_BLOB`, `MAX_BYTES` and `MAX_BLOBS` bound the store, and `MAX_UPLOADS`,
//!   `UPLOAD_IDLE` and `MAX_DOWNLOADS` the transfers. A transfer has one chunk in memory.
//!
//! ```
//! # #[cfg(unix)]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use capwire_blobstore_local::BlobstoreLocal;
//! use capwire_contracts::{blobstore::Container, codec};
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
//! # let directory = tempfile::tempdir()?;
//! # let (directory, actor) = (directory.path(), Arc::new(Nobody));
//! let provider = BlobstoreLocal::new(directory);
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! provider.bind(Binding { id: id.clone(), config: Config::default(), actor }).await?;
//!
//! let container = codec::encode(&Container { id: "images".into() })?;
//! provider.call(Call::new(&id, "CreateContainer", &container)).await?;
//! # Ok(())
//! # }
//! # #[cfg(not(unix))]
//! # fn main() {}
//! ```
#![cfg(unix)]
#![forbid(unsafe_code)]

mod folder;
mod provider;
mod reader;
mod root;
mod settings;
mod store;
mod usage;
mod writer;

pub use provider::BlobstoreLocal;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
