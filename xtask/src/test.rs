//! `cargo xtask test`: runs the tests, and builds everything that they need.

mod beside;

use crate::build::Profile;
use crate::shell::{self, cargo, target};
use crate::{
    build, check, documented, languages, miri, mutants, outside, rustdoc, services, setup,
};
use anyhow::Result;
use beside::Beside;
use services::Service;
use std::path::Path;
use std::process::Command;

/// Arguments of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Also run the slow checks: release builds, all options of engines, each feature alone, packages, fuzzing, Miri,
    /// mutants, a host outside the workspace, the commands in documents
    #[arg(long)]
    full: bool,
    /// Let clippy check what is built for the tests, and fail for each warning
    #[arg(long)]
    lint: bool,
    /// Only build the tests and the benchmarks
    #[arg(long, conflicts_with = "full")]
    no_run: bool,
}

/// The packages for WebAssembly, which have no tests.
const GUESTS: [&str; 3] = [
    "capwire-guest-panics",
    "capwire-guest-stock",
    "capwire-guest-wasi",
];

/// The packages that need libclang. They are tested wherever they can be built.
const PACKAGES_OF_WASM3: [&str; 2] = ["capwire-engine-wasm3", "capwire-spec"];
const FEATURES_OF_WASM3: &str =
    "capwire-cli/wasm3,capwire-fuzz-differential/wasm3,capwire-hostile/wasm3";

/// The packages that are also tested in optimised builds, where some faults of compilers show.
const RELEASED: [&str; 6] = [
    "capwire-acceptance",
    "capwire-cli",
    "capwire-engine-wasm3",
    "capwire-engine-wasmi",
    "capwire-engine-wasmtime",
    "capwire-hostile",
];
const FEATURES_RELEASED: &str = "capwire-cli/wasm3,capwire-hostile/wasm3";

const COMPILED_BY_CLIPPY: &str = "build.rustc-workspace-wrapper = 'clippy-driver'";
/// The form in which `cargo clippy` passes `-D warnings` on.
const WARNINGS_ARE_ERRORS: &str = "-Dwarnings__CLIPPY_HACKERY__";

/// The test that runs the specification's tests again with each option of an engine, which takes longer than all other tests.
const SPECIFICATION_AGAIN: &str = "options_change_no_result_of_the_specification_tests";

/// The test of a provider in Zig: on a fresh machine, Zig first builds its translator of C, for two minutes.
const ZIG_TRANSLATES_C: &str = "the_store_in_zig_keeps_the_core_of_the_contract";

/// The integration tests in two groups that take about as long, and wait in each other's time.
const FIRST: &str = "[a-e]*";
const SECOND: &str = "[!a-e]*";

/// The amount of testing for each engine.
struct Effort {
    requests: &'static str,
    /// The number of times that the host is killed while it writes, and a quarter of the swaps under load.
    rounds: &'static str,
    /// The hostile guests that attack engines with options.
    attacks: &'static str,
    /// Tests that are left out, by the beginnings of their names: variants of an engine in which little is its own, and what needs
    /// long preparations.
    skipped: &'static [&'static str],
}

const QUICK: Effort = Effort {
    requests: "1000",
    rounds: "5",
    attacks: "one of each",
    skipped: &[
        "pulley::",
        "copies::",
        SPECIFICATION_AGAIN,
        ZIG_TRANSLATES_C,
    ],
};
const FULL: Effort = Effort {
    requests: "50000",
    rounds: "50",
    attacks: "all",
    skipped: &[],
};

pub(crate) fn run(options: &Options) -> Result<()> {
    if options.full {
        setup::wasm3()?;
    }
    if options.no_run {
        return build_all(options.lint);
    }
    let guests = build::guests()?;
    build_all(options.lint)?;
    // They also build the counters, which the integration tests run.
    languages::test(&languages::selected(options.full), &guests, options.full)?;
    // The services run until the tests have ended.
    let services = services::start_for_tests()?;
    let part = |targets: &[&str]| {
        let mut tests = of_workspace("test", options.lint);
        tests.args(targets);
        prepare(&mut tests, &services, &guests, Profile::Dev, &QUICK)?;
        Ok(tests)
    };
    let integration = [("first", FIRST), ("second", SECOND)].map(|(name, tests)| {
        let mut tests = part(&["--test", tests])?;
        Beside::start(name, &mut tests)
    });
    let others = others(part);
    integration
        .into_iter()
        .map(|tests| tests?.finish())
        .fold(others, Result::and)?;
    if options.full { full(&guests) } else { Ok(()) }
}

/// Builds the tests and examples, and then the benchmarks: together, cargo would also build tests where there are none.
fn build_all(lint: bool) -> Result<()> {
    shell::run(of_workspace("test", lint).arg("--no-run"))?;
    shell::run(of_workspace("test", lint).args(["--no-run", "--bench", "*"]))
}

/// Runs everything but the integration tests, whose failures are to be seen even if this fails.
fn others(part: impl Fn(&[&str]) -> Result<Command>) -> Result<()> {
    shell::run(&mut part(&["--lib", "--bins"])?)?;
    let mut examples = part(&["--doc"])?;
    rustdoc::with_pages(&mut examples);
    shell::run(&mut examples)
}

/// Returns a command for all packages that can be built here. A selection would build shared
/// dependencies again, because each package asks for other features.
///
/// With `lint`, clippy compiles our packages. `cargo clippy` would check all dependencies again.
fn of_workspace(doing: &str, lint: bool) -> Command {
    let mut command = cargo(&[doing, "--workspace"]);
    if lint {
        command.args(["--config", COMPILED_BY_CLIPPY]);
        command.env("CLIPPY_ARGS", WARNINGS_ARE_ERRORS);
    }
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
    let mut left_out = of_workspace("test", false);
    left_out.args(["--test", "engines", "--test", "keyvalue"]);
    run_with(&mut left_out, guests, Profile::Dev, &FULL)?;
    check::lints()?;
    check::pages()?;
    check::features()?;
    check::package_and_build()?;
    miri::run()?;
    mutants::kill_all()?;
    original_wapc()?;
    outside::run_host()?;
    documented::run_all()
}

/// Runs the cases of `wapc-compat` on the original engine of `wapc`.
fn original_wapc() -> Result<()> {
    let mut tests = cargo(&["test"]);
    tests.current_dir(shell::root().join("testing/external/wapc-original"));
    tests.env("CARGO_TARGET_DIR", target().join("wapc-original"));
    shell::run(&mut tests)
}

/// Checks that a signed file gives the same bytes on each engine, and in the hosts that the
/// commands `elsewhere` run.
pub(crate) fn same_bytes(guests: &Path, elsewhere: &[String]) -> Result<()> {
    shell::run(of_workspace("build", false).args(["--bin", "capwire"]))?;
    let mut tests = of_workspace("test", false);
    tests.args(["--test", "same_bytes"]);
    tests.env("CAPWIRE_ELSEWHERE", elsewhere.join("\n"));
    run_with(&mut tests, guests, Profile::Dev, &QUICK)
}

/// Runs tests that [`prepare`] has prepared.
fn run_with(tests: &mut Command, guests: &Path, profile: Profile, effort: &Effort) -> Result<()> {
    // They run until the tests have ended.
    let services = services::start_for_tests()?;
    prepare(tests, &services, guests, profile, effort)?;
    shell::run(tests)
}

/// Tells tests the addresses of services, the guests' folder, the path and engines of `capwire`, and the
/// amount of testing.
fn prepare(
    tests: &mut Command,
    services: &[Service],
    guests: &Path,
    profile: Profile,
    effort: &Effort,
) -> Result<()> {
    services::tell(tests, services);
    // Continue after a failure, so that it does not hide others.
    tests.arg("--no-fail-fast");
    tests.env("CAPWIRE_BIN", build::capwire_path(profile));
    tests.env("CAPWIRE_GUESTS", guests);
    // Many tests run the same modules.
    tests.env("CAPWIRE_CACHE", target().join("compiled-code"));
    tests.env("CAPWIRE_CACHE_KEY", target().join("compiled-code.key"));
    tests.env("CAPWIRE_ENGINES", engines());
    tests.env("CAPWIRE_LANGUAGES", languages::built(guests));
    tests.env("PATH", languages::path()?);
    tests.envs(languages::variables());
    tests.env("CAPWIRE_REQUESTS", effort.requests);
    tests.env("CAPWIRE_ROUNDS", effort.rounds);
    tests.env("CAPWIRE_ATTACKS", effort.attacks);
    if !effort.skipped.is_empty() {
        tests.arg("--");
        tests.args(
            effort
                .skipped
                .iter()
                .flat_map(|skipped| ["--skip", skipped]),
        );
    }
    Ok(())
}

fn engines() -> &'static str {
    match setup::has_libclang() {
        true => "wasmtime wasmi wasm3",
        false => "wasmtime wasmi",
    }
}
