//! `cargo xtask fuzz`: the targets of `fuzz/` under a coverage-guided fuzzer.

use crate::shell::{self, cargo, command, root, target};
use anyhow::{Context, Result};
use std::fs;
use std::time::Duration;

/// What to fuzz.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The target; all of them if none is named
    name: Option<String>,
    /// How long each runs
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
pub(crate) fn all(time: Duration) -> Result<()> {
    prepare()?;
    targets()?.iter().try_for_each(|name| one(name, time))
}

/// Packages of targets, each with its sanitiser. Engines take very long to build with one, and what they
/// get wrong shows as a difference.
const PACKAGES: [(&str, &str); 2] = [("fuzz", "address"), ("fuzz/differential", "none")];

/// The targets are those that have a corpus; the fuzz packages' tests see that these are all.
fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for (package, _) in PACKAGES {
        let folder = root().join(package).join("corpus");
        let entries = fs::read_dir(&folder);
        for entry in entries.with_context(|| format!("cannot read {}", folder.display()))? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The package that has a corpus for the target, and its sanitiser.
fn package(name: &str) -> Result<(&'static str, &'static str)> {
    let has_it = |of: &(&str, _)| root().join(of.0).join("corpus").join(name).exists();
    let mut packages = PACKAGES.into_iter();
    packages
        .find(has_it)
        .with_context(|| format!("no target is called `{name}`"))
}

fn prepare() -> Result<()> {
    let known = cargo(&["fuzz", "--version"]).output();
    if known.is_ok_and(|known| known.status.success()) {
        return Ok(());
    }
    shell::run(&mut cargo(&["install", "--locked", "cargo-fuzz"]))
}

/// What is newly found stays beside what was built; corpora are committed by hand, minimised.
fn one(name: &str, time: Duration) -> Result<()> {
    let (package, sanitizer) = package(name)?;
    let found = target().join("fuzz-found").join(name);
    fs::create_dir_all(&found).with_context(|| format!("cannot create {}", found.display()))?;
    let mut fuzz = command(
        "cargo",
        &["+nightly", "fuzz", "run", "--features", "libfuzzer"],
    );
    fuzz.args(["--fuzz-dir", package, "--sanitizer", sanitizer, "run"]);
    fuzz.arg(&found);
    fuzz.arg(root().join(package).join("corpus").join(name));
    fuzz.args([
        "--",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ]);
    fuzz.arg(format!("-max_total_time={}", time.as_secs()));
    fuzz.env("CAPWIRE_FUZZ_TARGET", name);
    // The compiler of the workspace is set for every command that a task runs.
    fuzz.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    shell::run(&mut fuzz)
}
