//! The tests of the WebAssembly specification, through engines as hosts use them.
//!
//! A module of these tests is made a guest: it gets a function for each assertion, which calls what
//! the assertion is about and compares the results in the guest, and a `__guest_call` that calls one
//! of them. So an engine is tested with the very configuration, limits and rewriting of real guests.

#![forbid(unsafe_code)]

mod guest;
mod parts;
mod report;
mod run;
mod script;
mod value;

pub use report::page;
pub use run::{Report, Tests, run};
