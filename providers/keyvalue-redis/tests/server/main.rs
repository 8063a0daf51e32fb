//! Tests of the provider on a real server.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod bindings;
mod contract;
mod encrypted;
mod faults;
mod limits;
mod outage;
mod subject;
