//! What an attacker may try, one named case a test. Each fails if the check that stops it is
//! removed, and asserts the error, so that no other check hides its absence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod archive;
mod archive_tar;
mod chain;
mod claims;
mod container;
mod header;
mod keys;
mod narrow;
mod policy;
mod revocation;
mod revocation_list;
mod signature;
mod support;
mod time;
