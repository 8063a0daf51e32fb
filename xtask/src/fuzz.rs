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

/// The targets are those that have a corpus; the fuzz package's tests see that these are all.
fn targets() -> Result<Vec<String>> {
    let folder = root().join("fuzz/corpus");
    let entries = fs::read_dir(&folder).context("fuzz/corpus cannot be read")?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
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
    let found = target().join("fuzz-found").join(name);
    fs::create_dir_all(&found).with_context(|| format!("cannot create {}", found.display()))?;
    let mut fuzz = command(
        "cargo",
        &["+nightly", "fuzz", "run", "--features", "libfuzzer", "run"],
    );
    fuzz.arg(&found).arg(root().join("fuzz/corpus").join(name));
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
