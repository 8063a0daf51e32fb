//! `cargo xtask mutants`: checks that a test fails for each change of the code that decides on
//! trust.

use crate::shell::{cargo, run, target};
use anyhow::{Context, Result, bail};

/// The exit code if tests timed out, because a change made a loop endless. That counts as a failed
/// test.
const TIMED_OUT: i32 = 3;

/// Runs the check. `.cargo/mutants.toml` lists the code, and the changes without visible effect.
pub(crate) fn kill_all() -> Result<()> {
    prepare()?;
    let mut mutants = cargo(&["mutants", "--package", "capwire-wascap"]);
    mutants.args(["--timeout", "60", "--output"]).arg(target());
    let status = mutants.status().context("cannot run cargo-mutants")?;
    match status.code() {
        Some(0 | TIMED_OUT) => Ok(()),
        _ => bail!("changes that no test notices, or none could be tried: {status}"),
    }
}

fn prepare() -> Result<()> {
    let known = cargo(&["mutants", "--version"]).output();
    if known.is_ok_and(|known| known.status.success()) {
        return Ok(());
    }
    run(&mut cargo(&["install", "--locked", "cargo-mutants"]))
}
