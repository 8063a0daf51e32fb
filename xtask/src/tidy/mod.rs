//! `cargo xtask tidy`: checks the invariants of ARCHITECTURE.md that a program can check.

mod arrows;
mod features;
mod files;
mod generated;
mod modules;
mod publishing;
mod sources;
mod untested;

use crate::packages;
use anyhow::{Result, bail};

/// A violated invariant: its place and a remedy.
pub(crate) type Finding = String;

pub(crate) fn run() -> Result<()> {
    let metadata = packages::metadata()?;
    let mut findings = Vec::new();
    findings.extend(publishing::check(&metadata));
    findings.extend(arrows::check(&metadata)?);
    findings.extend(features::check()?);
    findings.extend(files::check()?);
    findings.extend(sources::check()?);
    findings.extend(modules::check()?);
    findings.extend(generated::check()?);
    findings.extend(untested::check(&metadata)?);
    for finding in &findings {
        eprintln!("tidy: {finding}");
    }
    match findings.len() {
        0 => Ok(()),
        count => bail!("{count} invariants do not hold"),
    }
}
