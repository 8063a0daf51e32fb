//! What the original tools sign is verified here, and what is signed here they accept.
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
