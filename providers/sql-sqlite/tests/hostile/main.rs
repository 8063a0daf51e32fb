//! Hostile statements and programs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "../kit/mod.rs"]
mod kit;
mod list;
mod programs;
