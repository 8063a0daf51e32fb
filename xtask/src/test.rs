//! `cargo xtask test`: the tests, and everything they need.

use crate::build::Profile;
use crate::shell::{self, cargo};
use crate::{build, check, documented, miri, mutants, outside, setup};
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// How much to test.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The long work too: release builds, each feature alone, packages, fuzzing, Miri, changed code, a host outside, what
    /// documents show
    #[arg(long)]
    full: bool,
}

/// Packages for WebAssembly, with no tests of their own.
const GUESTS: [&str; 3] = [
    "capwire-guest-panics",
    "capwire-guest-stock",
    "capwire-guest-wasi",
];

/// What can be built only where `cargo xtask setup --wasm3` was run, and is tested wherever it can be built.
const PACKAGES_OF_WASM3: [&str; 2] = ["capwire-engine-wasm3", "capwire-spec"];
const FEATURES_OF_WASM3: &str =
    "capwire-cli/wasm3,capwire-fuzz-differential/wasm3,capwire-hostile/wasm3";

/// What is tested as users run it too, optimised: compilers have had faults that only show there.
const RELEASED: [&str; 6] = [
    "capwire-acceptance",
    "capwire-cli",
    "capwire-engine-wasm3",
    "capwire-engine-wasmi",
    "capwire-engine-wasmtime",
    "capwire-hostile",
];
const FEATURES_RELEASED: &str = "capwire-cli/wasm3,capwire-hostile/wasm3";

/// How hard the tests try each engine.
struct Effort {
    requests: &'static str,
    /// How often the host is killed while it writes.
    rounds: &'static str,
    /// Which hostile guests attack engines with options.
    attacks: &'static str,
}

const QUICK: Effort = Effort {
    requests: "2000",
    rounds: "5",
    attacks: "one of each",
};
const FULL: Effort = Effort {
    requests: "50000",
    rounds: "50",
    attacks: "all",
};

pub(crate) fn run(options: &Options) -> Result<()> {
    if options.full {
        setup::wasm3()?;
    }
    let guests = build::guests()?;
    run_with(&mut of_workspace("test"), &guests, Profile::Dev, &QUICK)?;
    if options.full { full(&guests) } else { Ok(()) }
}

/// All packages that can be built here: to choose fewer would build what they share again, since
/// each asks it for other features.
fn of_workspace(doing: &str) -> Command {
    let mut command = cargo(&[doing, "--workspace"]);
    let mut elsewhere = GUESTS.to_vec();
    if setup::has_libclang() {
        command.args(["--features", FEATURES_OF_WASM3]);
    } else {
        eprintln!("without wasm3: `cargo xtask setup --wasm3` installs what it needs");
        elsewhere.extend(PACKAGES_OF_WASM3);
    }
    for package in elsewhere {
        command.args(["--exclude", package]);
    }
    command
}

fn full(guests: &Path) -> Result<()> {
    let mut tests = cargo(&["test", "--release", "--features", FEATURES_RELEASED]);
    for package in RELEASED {
        tests.args(["--package", package]);
    }
    run_with(&mut tests, guests, Profile::Release, &FULL)?;
    check::features()?;
    check::package_and_build()?;
    miri::run()?;
    mutants::kill_all()?;
    original_wapc()?;
    outside::run_host()?;
    documented::run_all()
}

/// What users of `wapc` have today passes the same cases as our engines do in its place.
fn original_wapc() -> Result<()> {
    let mut tests = cargo(&["test"]);
    tests.current_dir(shell::root().join("testing/external/wapc-original"));
    tests.env("CARGO_TARGET_DIR", shell::target().join("wapc-original"));
    shell::run(&mut tests)
}

/// One signed file answers with the same bytes on each engine, and in the hosts that `elsewhere` says how to run.
pub(crate) fn same_bytes(guests: &Path, elsewhere: &[String]) -> Result<()> {
    shell::run(of_workspace("build").args(["--bin", "capwire"]))?;
    let mut tests = of_workspace("test");
    tests.args(["--test", "same_bytes"]);
    tests.env("CAPWIRE_ELSEWHERE", elsewhere.join("\n"));
    run_with(&mut tests, guests, Profile::Dev, &QUICK)
}

/// Tells the tests how hard to try, where the guests are, and the `capwire` that the same command builds with which engines.
fn run_with(tests: &mut Command, guests: &Path, profile: Profile, effort: &Effort) -> Result<()> {
    // One failure does not hide others.
    tests.arg("--no-fail-fast");
    tests.env("CAPWIRE_BIN", build::capwire_path(profile));
    tests.env("CAPWIRE_GUESTS", guests);
    tests.env("CAPWIRE_ENGINES", engines());
    tests.env("CAPWIRE_REQUESTS", effort.requests);
    tests.env("CAPWIRE_ROUNDS", effort.rounds);
    tests.env("CAPWIRE_ATTACKS", effort.attacks);
    shell::run(tests)
}

fn engines() -> &'static str {
    match setup::has_libclang() {
        true => "wasmtime wasmi wasm3",
        false => "wasmtime wasmi",
    }
}
