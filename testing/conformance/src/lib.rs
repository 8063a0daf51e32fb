//! The conformance suite of capwire: what every engine has to do, as tests that each engine runs.
//!
//! A case is a public function over [`&dyn Engine`](capwire_wapc::Engine) that panics when the
//! engine fails it. Its guests are WebAssembly text, assembled in the process; unless a case is
//! about one kind of guest, it runs as a plain and as a suspendable one.
//!
//! # Use
//! A test file of the engine's crate consists of one call of [`suite!`], which makes a test of
//! each case:
//!
//! ```ignore
//! capwire_conformance::suite!(Wasmi::new(), include_str!("skipped.txt"));
//! ```
//!
//! Cases that need a feature that the engine's [`Support`](capwire_wapc::Support) declines are
//! skipped. The second argument is the committed list of skipped cases, one `group::case` per line.
//! An additional test fails if the list is not exact, so that no case is skipped unnoticed.

#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a case fails by panicking"
)]

mod harness;
mod script;
mod suite;

pub mod aborts;
pub mod assemblyscript;
pub mod backtraces;
pub mod bounds;
pub mod bulk;
pub mod calls;
pub mod code;
pub mod errors;
pub mod failures;
pub mod guests;
pub mod host_calls;
pub mod lifecycle;
pub mod memory_limits;
pub mod message_limits;
pub mod modules;
pub mod sleeps;
pub mod slices;
pub mod stack_limits;
pub mod starts;
pub mod table_limits;
pub mod texts;
pub mod traps;
pub mod validity;
pub mod wasi;

pub use capwire_wapc::Engine;
pub use suite::{Case, GROUPS, Group, Need, assert_skipped, run};
