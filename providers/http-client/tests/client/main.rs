//! Requests of actors to servers on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod bound;
mod documented;
mod encrypted;
mod forged;
mod limits;
mod names;
mod redirects;
mod requests;
mod server;
