//! `cargo xtask mutants`: does a test fail for each change of the code that decides on trust?

use crate::shell::{cargo, run, target};
use anyhow::{Context, Result, bail};

/// Some changes make a loop endless: its tests are stopped, which is a failure as good as any.
const TIMED_OUT: i32 = 3;

/// `.cargo/mutants.toml` says which code, and which changes cannot be seen.
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
