//! What a user sees: the `capwire` binary, real actors, real sockets.
//!
//! The tests are run by `cargo xtask test`, which builds what they need and says where it is.
#![forbid(unsafe_code)]
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a failure here is a failed test"
)]

mod host;
mod place;
mod tool;

pub use host::RunningHost;
pub use place::{Place, engines};
pub use tool::{Actor, HTTP, STORE, Workshop};

use std::path::PathBuf;

/// Where `cargo xtask test` put the `capwire` binary.
#[must_use]
pub fn capwire() -> PathBuf {
    path("CAPWIRE_BIN")
}

/// A guest that `cargo xtask test` built, by its file name.
#[must_use]
pub fn guest(file: &str) -> PathBuf {
    path("CAPWIRE_GUESTS").join(file)
}

/// How many requests a test of load makes.
#[must_use]
pub fn requests() -> usize {
    number("CAPWIRE_REQUESTS")
}

/// How many rounds a test that repeats itself makes.
#[must_use]
pub fn rounds() -> usize {
    number("CAPWIRE_ROUNDS")
}

fn number(variable: &str) -> usize {
    let text = std::env::var(variable).expect("run these tests by `cargo xtask test`");
    text.parse().expect("the variable is a number")
}

fn path(variable: &str) -> PathBuf {
    let value = std::env::var_os(variable).expect("run these tests by `cargo xtask test`");
    PathBuf::from(value)
}
