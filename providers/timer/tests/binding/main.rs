//! Bindings with a clock that the tests set.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "tests")]

mod kit;

mod durable;
mod handlers;
mod missed;
mod own;
mod swaps;
mod times;
