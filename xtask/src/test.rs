//! `cargo xtask test`: the tests, and everything they need.

use crate::shell::{self, cargo};
use crate::{build, check, fuzz, outside};
use anyhow::Result;
use std::path::Path;
use std::time::Duration;

/// How much to test.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The long work too: release builds, each feature alone, packages, fuzzing, a host outside
    #[arg(long)]
    full: bool,
}

/// Packages that are no default members but have tests for this machine.
const OTHERS: [&str; 6] = [
    "--package",
    "capwire-actor-counter",
    "--package",
    "capwire-actor-echo",
    "--package",
    "capwire-fuzz",
];

/// How many requests the acceptance tests make of each engine.
const QUICK_REQUESTS: &str = "2000";
const FULL_REQUESTS: &str = "50000";

pub(crate) fn run(options: &Options) -> Result<()> {
    let guests = build::guests()?;
    let capwire = build::capwire(false)?;
    run_tests(&[])?;
    run_tests(&OTHERS)?;
    acceptance(&guests, &capwire, &[], QUICK_REQUESTS)?;
    if options.full { full(&guests) } else { Ok(()) }
}

fn full(guests: &Path) -> Result<()> {
    let capwire = build::capwire(true)?;
    acceptance(guests, &capwire, &["--release"], FULL_REQUESTS)?;
    check::features()?;
    check::package_and_build()?;
    fuzz::all(Duration::from_secs(60))?;
    outside::run_host()
}

fn run_tests(arguments: &[&str]) -> Result<()> {
    shell::run(cargo(&["test"]).args(arguments))
}

/// What a user sees, against the binary and the guests that were built.
fn acceptance(guests: &Path, capwire: &Path, profile: &[&str], requests: &str) -> Result<()> {
    let mut tests = cargo(&["test", "--package", "capwire-acceptance"]);
    tests.args(profile);
    tests.env("CAPWIRE_BIN", capwire);
    tests.env("CAPWIRE_GUESTS", guests);
    tests.env("CAPWIRE_REQUESTS", requests);
    shell::run(&mut tests)
}
