//! `cargo xtask test`: the tests, and everything they need.

use crate::build::Profile;
use crate::shell::{self, cargo};
use crate::{build, check, documented, fuzz, outside};
use anyhow::Result;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How much to test.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The long work too: release builds, each feature alone, packages, fuzzing, a host outside, what
    /// documents show
    #[arg(long)]
    full: bool,
}

/// Packages with no tests for every machine: guests are for WebAssembly, and wasm3 needs libclang.
const ELSEWHERE: [&str; 3] = [
    "capwire-engine-wasm3",
    "capwire-guest-stock",
    "capwire-guest-wasi",
];

/// How hard the acceptance tests try each engine.
struct Effort {
    requests: &'static str,
    /// How often the host is killed while it writes.
    rounds: &'static str,
}

const QUICK: Effort = Effort {
    requests: "2000",
    rounds: "5",
};
const FULL: Effort = Effort {
    requests: "50000",
    rounds: "50",
};

pub(crate) fn run(options: &Options) -> Result<()> {
    let guests = build::guests()?;
    everything(&guests)?;
    if options.full { full(&guests) } else { Ok(()) }
}

/// One command for all packages: several would build what they share several times, since each
/// asks it for other features.
fn everything(guests: &Path) -> Result<()> {
    let mut tests = cargo(&["test", "--workspace"]);
    for package in ELSEWHERE {
        tests.args(["--exclude", package]);
    }
    run_with(&mut tests, guests, Profile::Dev, &QUICK)
}

fn full(guests: &Path) -> Result<()> {
    let mut tests = cargo(&["test", "--release"]);
    tests.args([
        "--package",
        "capwire-acceptance",
        "--package",
        "capwire-cli",
    ]);
    run_with(&mut tests, guests, Profile::Release, &FULL)?;
    check::features()?;
    check::package_and_build()?;
    fuzz::all(Duration::from_secs(60))?;
    outside::run_host()?;
    documented::run_all()
}

/// Tells the acceptance tests where the guests are, and the `capwire` that the same command builds.
fn run_with(tests: &mut Command, guests: &Path, profile: Profile, effort: &Effort) -> Result<()> {
    tests.env("CAPWIRE_BIN", build::capwire_path(profile));
    tests.env("CAPWIRE_GUESTS", guests);
    tests.env("CAPWIRE_REQUESTS", effort.requests);
    tests.env("CAPWIRE_ROUNDS", effort.rounds);
    shell::run(tests)
}
