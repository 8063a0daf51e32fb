//! Attacks, one named case per test. A test fails if the check that stops its attack is removed. It
//! asserts the error, so that another check cannot hide the missing one.
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
