//! The provider on real servers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod contract;
mod kept;
mod login;
mod outage;
mod queues;
mod stream;
mod tls;
