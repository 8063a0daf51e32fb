//! A provider of the capability `wascc:blobstore` on S3 and on servers that are compatible with it.
//!
//! [`BlobstoreS3::DESCRIBED`] has the configuration keys of a binding;
//! `docs/providers/blobstore-s3.md` in the repository explains them.
//!
//! * **Atomicity**: a blob appears complete or not at all. A download shows one version of a blob.
//! * **Durability**: a blob is stored by the server when the last chunk of its upload is answered.
//! * **Separation**: the keys of an actor begin with its public key, unless `PREFIX` says otherwise.
//! * **Size**: `MAX_BLOB` bounds blobs, and `MAX_UPLOADS`, `UPLOAD_IDLE` and `MAX_DOWNLOADS` the
//!   transfers. An upload has at most one part of 5 MiB and one chunk in memory, a download one chunk.
//! * **Time**: an operation ends with the deadline of its caller, when its caller goes, and with
//!   `TIMEOUT`.
#![forbid(unsafe_code)]

mod client;
mod connect;
mod failure;
mod http;
mod keys;
mod provider;
mod reader;
mod settings;
mod store;
mod writer;

pub use provider::BlobstoreS3;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
