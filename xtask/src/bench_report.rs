//! `cargo xtask bench-report`: measures, and writes `docs/performance.md`.

use crate::build;
use crate::shell::{cargo, run, target};
use anyhow::{Context, Result};
use std::fs;
use std::io::ErrorKind;

pub(crate) fn run_and_report() -> Result<()> {
    build::actors()?;
    forget()?;
    run(&mut cargo(&[
        "bench",
        "--package",
        "capwire-benches",
        "--benches",
    ]))?;
    run(&mut cargo(&[
        "run",
        "--package",
        "capwire-benches",
        "--bin",
        "report",
    ]))
}

/// Removes earlier measurements, which may be of other modules.
fn forget() -> Result<()> {
    match fs::remove_dir_all(target().join("criterion")) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).context("cannot remove earlier measurements")
        }
        _ => Ok(()),
    }
}
