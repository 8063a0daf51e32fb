//! The message types that actors and providers exchange.
//!
//! Each contract has a module with its id, its operations and their messages. [`codec`] encodes and
//! decodes messages.
//!
//! ```
//! use capwire_contracts::{codec, keyvalue};
//!
//! let request = keyvalue::AddRequest { key: "hits".into(), value: 1 };
//! let bytes = codec::encode(&request)?;
//! assert_eq!(codec::decode::<keyvalue::AddRequest>(&bytes)?, request);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

#[macro_use]
mod field;
#[macro_use]
mod message;

pub mod blobstore;
pub mod codec;
pub mod config;
pub mod core;
pub mod eventstreams;
pub mod extras;
pub mod http;
pub mod keyvalue;
pub mod logging;
pub mod messaging;
pub mod resource;
pub mod sql;
pub mod timer;

mod contract;
mod distinct;
mod known;
mod scalar;

pub use contract::{canonical_contract, contract_names};
pub use known::{known_contracts, known_operations};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
