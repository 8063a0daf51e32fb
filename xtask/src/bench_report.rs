//! `cargo xtask bench-report`: measures, and writes `docs/performance.md`.

use crate::build;
use crate::shell::{cargo, run};
use anyhow::Result;

pub(crate) fn run_and_report() -> Result<()> {
    build::actors()?;
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
