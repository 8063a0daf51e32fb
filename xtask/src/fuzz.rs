//! `cargo xtask fuzz`: the targets of `fuzz/` under a coverage-guided fuzzer.

use crate::setup;
use crate::shell::{self, cargo, command, root, target};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// Arguments of `cargo xtask fuzz`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The target [default: all targets]
    name: Option<String>,
    /// The time for each target in minutes
    #[arg(long, default_value_t = 1)]
    minutes: u64,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let time = Duration::from_secs(60 * options.minutes);
    match &options.name {
        Some(name) => prepare().and_then(|()| one(name, time)),
        None => all(time),
    }
}

/// Fuzzes each target for `time`.
fn all(time: Duration) -> Result<()> {
    prepare()?;
    targets()?.iter().try_for_each(|name| one(name, time))
}

/// A package of targets.
struct Package {
    folder: &'static str,
    sanitizer: &'static str,
    /// True if its targets run engines, including wasm3 where it can be built.
    has_engines: bool,
}

/// The packages. Engines are built without a sanitiser, because that takes very long and their
/// faults show as differences.
const PACKAGES: [Package; 2] = [
    Package {
        folder: "fuzz",
        sanitizer: "address",
        has_engines: false,
    },
    Package {
        folder: "fuzz/differential",
        sanitizer: "none",
        has_engines: true,
    },
];

/// Returns the targets with a corpus. The tests of the fuzz packages check that all targets have
/// one.
fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for package in PACKAGES {
        let folder = package.corpus();
        let entries = fs::read_dir(&folder);
        for entry in entries.with_context(|| format!("cannot read {}", folder.display()))? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Returns the package with a corpus for the target.
fn package(name: &str) -> Result<Package> {
    let mut packages = PACKAGES.into_iter();
    packages
        .find(|package| package.corpus().join(name).exists())
        .with_context(|| format!("no target is called `{name}`"))
}

impl Package {
    fn corpus(&self) -> PathBuf {
        root().join(self.folder).join("corpus")
    }

    fn features(&self) -> &'static str {
        match self.has_engines && setup::has_libclang() {
            true => "libfuzzer,wasm3",
            false => "libfuzzer",
        }
    }
}

fn prepare() -> Result<()> {
    let known = cargo(&["fuzz", "--version"]).output();
    if known.is_ok_and(|known| known.status.success()) {
        return Ok(());
    }
    shell::run(&mut cargo(&["install", "--locked", "cargo-fuzz"]))
}

/// Fuzzes one target. New inputs stay in the target folder; corpora are minimised and committed by
/// hand.
fn one(name: &str, time: Duration) -> Result<()> {
    let package = package(name)?;
    let found = target().join("fuzz-found").join(name);
    fs::create_dir_all(&found).with_context(|| format!("cannot create {}", found.display()))?;
    let mut fuzz = command("cargo", &["+nightly", "fuzz", "run"]);
    fuzz.args(["--features", package.features()]);
    fuzz.args(["--fuzz-dir", package.folder]);
    fuzz.args(["--sanitizer", package.sanitizer, "run"]);
    fuzz.arg(&found);
    fuzz.arg(package.corpus().join(name));
    fuzz.args([
        "--",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ]);
    fuzz.arg(format!("-max_total_time={}", time.as_secs()));
    fuzz.env("CAPWIRE_FUZZ_TARGET", name);
    // Every command of a task inherits the workspace's compiler.
    fuzz.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    shell::run(&mut fuzz)
}
