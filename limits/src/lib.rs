//! The limits of an actor, in one table.
//!
//! Manifests, their schema, the checks of the host, `capwire ps` and the documentation take keys,
//! units, ranges, defaults and descriptions from [`Limit`]. To add a limit, add an entry to the
//! table in `table.rs` and a field to `ActorOptions` of `capwire-host`; the compiler names the rest.
//!
//! ```
//! use capwire_limits::Limit;
//!
//! let limit = Limit::StartDeadline;
//! assert_eq!(limit.key(), "start_deadline");
//! assert_eq!(limit.default_text(), "5s");
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod limit;
mod table;
mod unit;

pub use limit::DefaultValue;
pub use table::Limit;
pub use unit::Unit;

/// Compiles and runs the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
