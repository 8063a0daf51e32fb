//! The provider on a server.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod access;
mod contract;
mod encrypted;
mod outage;
mod pages;
mod parts;
