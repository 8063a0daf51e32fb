//! A Redis server of one test, which may kill it, and a proxy before a server.
#![forbid(unsafe_code)]
#![expect(
    clippy::missing_panics_doc,
    clippy::missing_errors_doc,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure here is a failed test"
)]

mod own;
mod proxy;

pub use own::Own;
pub use proxy::{Mode, Proxy};
