//! Scaffolding that the tests of several packages share: guests with default limits, hosts that
//! count slices, conditions to wait for, tests without their tools.
#![forbid(unsafe_code)]
#![expect(
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a failure here is a failed test"
)]

mod guest;

pub use guest::{Slices, start, start_within};

use std::process::Command;
use std::time::{Duration, Instant};

/// The longest time that [`eventually`] waits: far more than a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Skips a test that lacks a tool: prints the `reason`. In CI, where the variable `CI` is set, a
/// missing tool fails the test.
pub fn skip(reason: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "CI must run this test, but {reason}"
    );
    eprintln!("SKIPPED: {reason}");
}

/// Waits until `done` returns true. Fails the test with `what` after two minutes.
pub fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < end, "not within {PATIENCE:?}: {what}");
        std::thread::yield_now();
    }
}

/// Runs an example of the package whose test calls this, and checks that the example succeeds.
/// `cargo test` builds the examples of a package before it runs the package's tests.
pub fn run_example(name: &str) {
    let Ok(test) = std::env::current_exe() else {
        panic!("the path of the test is unknown");
    };
    // `target/debug/deps/examples-0123` is beside `target/debug/examples`.
    let example = test.with_file_name("").join("../examples").join(name);
    match Command::new(&example).output() {
        Err(error) => panic!("cannot run {}: {error}", example.display()),
        Ok(output) => assert!(output.status.success(), "{name}: {output:?}"),
    }
}

/// Returns the variable `name`, which `cargo xtask test` sets. Ends the process with one line that
/// says so if it is not set, because none of the tests in the process can run.
#[must_use]
pub fn set_by_xtask(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        // The test harness captures `eprintln`.
        let line = format!("these tests need `cargo xtask test`, which sets {name}\n");
        let _unwritable = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
        std::process::exit(1)
    })
}
