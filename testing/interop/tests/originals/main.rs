//! This project verifies modules that the original tools signed, and the original tools accept
//! modules that this project signed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod archives;
mod keys;
mod modules;
mod support;
mod tokens;
