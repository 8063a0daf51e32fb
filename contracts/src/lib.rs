//! The messages of each capability, spoken by actors and providers alike.
//!
//! One module per contract: its id, its operations, and what they carry. [`codec`] turns messages
//! into bytes and back.
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
pub mod core;
pub mod eventstreams;
pub mod extras;
pub mod http;
pub mod keyvalue;
pub mod logging;
pub mod messaging;
pub mod resource;

mod contract;
mod scalar;

pub use contract::canonical_contract;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
