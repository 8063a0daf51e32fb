//! Reusable tests for any provider of a contract.
//!
//! Each module holds the cases of one contract, as public functions that panic when the provider
//! is wrong. A macro per contract turns all of them into tests of a provider: see
//! [`blobstore_tests!`], [`eventstreams_tests!`], [`keyvalue_tests!`], [`messaging_tests!`] and
//! [`sql_tests!`].

#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "the cases are tests: they panic when a provider is wrong"
)]

pub mod blobstore;
pub mod eventstreams;
pub mod keyvalue;
mod limits;
pub mod listener;
pub mod messaging;
mod nobody;
pub mod sql;

pub use limits::{Allowed, Deadline};
pub use nobody::Nobody;
