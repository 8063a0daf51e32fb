//! Tests of the provider on a real server.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod contract;
mod lease;
mod names;
mod outage;
mod place;
mod programs;
mod retention;
mod tries;
