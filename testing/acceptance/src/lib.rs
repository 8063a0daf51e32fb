//! Runs the `capwire` binary, real actors and real sockets, as a user does.
//!
//! `cargo xtask test` runs these tests: it builds the binary and the guests, and sets variables
//! with their paths.
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
pub use place::{Place, choosing, engines};
pub use tool::{Actor, HTTP, STORE, Workshop};

use capwire_scaffold::set_by_xtask;
use std::path::PathBuf;

/// Returns the path of the `capwire` binary that `cargo xtask test` built.
#[must_use]
pub fn capwire() -> PathBuf {
    path("CAPWIRE_BIN")
}

/// A guest that `cargo xtask test` built, by its file name.
#[must_use]
pub fn guest(file: &str) -> PathBuf {
    path("CAPWIRE_GUESTS").join(file)
}

/// Returns the languages whose counters `cargo xtask test` built, and their files.
#[must_use]
pub fn counters() -> Vec<(String, PathBuf)> {
    let languages = set_by_xtask("CAPWIRE_LANGUAGES");
    let file = |language: &str| match language {
        "rust" => guest("counter.wasm"),
        other => guest(&format!("counter_{other}.wasm")),
    };
    let counters = languages.split_whitespace();
    counters.map(|it| (it.to_owned(), file(it))).collect()
}

/// Returns the number of requests of a load test.
#[must_use]
pub fn requests() -> usize {
    number("CAPWIRE_REQUESTS")
}

/// Returns the number of rounds of a repeated test.
#[must_use]
pub fn rounds() -> usize {
    number("CAPWIRE_ROUNDS")
}

fn number(variable: &str) -> usize {
    set_by_xtask(variable)
        .parse()
        .expect("the variable is a number")
}

fn path(variable: &str) -> PathBuf {
    PathBuf::from(set_by_xtask(variable))
}
