//! `cargo xtask release`: checks versions, changelog and order, and publishes.

use crate::packages::{self, Package};
use crate::shell::{cargo, root, run};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeSet;
use std::fs;

/// Arguments of `cargo xtask release`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Check everything and publish nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn release(options: &Options) -> Result<()> {
    let packages = packages::metadata()?;
    let published: Vec<_> = packages
        .iter()
        .filter(|package| package.published)
        .collect();
    let version = one_version(&published)?;
    changelog(version, options.dry_run)?;
    eprintln!("version {version}, in this order:");
    for package in order(&published)? {
        eprintln!("  {}", package.name);
    }
    let mut publish = cargo(&["publish", "--workspace"]);
    if options.dry_run {
        publish.args(["--dry-run", "--no-verify", "--allow-dirty"]);
    }
    run(&mut publish)
}

/// Checks that all packages have the same version, which is the rule until 1.0.
fn one_version<'p>(packages: &[&'p Package]) -> Result<&'p str> {
    let version = packages.first().map(|first| first.version.as_str());
    let version = version.context("no package is published")?;
    match packages.iter().find(|package| package.version != version) {
        None => Ok(version),
        Some(other) => bail!(
            "{} has version {}, others have {version}: set it in the workspace's table",
            other.name,
            other.version
        ),
    }
}

/// Checks the changelog: a release has its own heading, and a dry run may find `Unreleased`
/// instead.
fn changelog(version: &str, dry_run: bool) -> Result<()> {
    let text = fs::read_to_string(root().join("CHANGELOG.md")).context("no CHANGELOG.md")?;
    let entries = |heading: &str| {
        let section = text.split(&format!("\n## {heading}")).nth(1)?;
        let section = section.split("\n## ").next()?;
        Some(
            section
                .lines()
                .filter(|line| line.starts_with("- "))
                .count(),
        )
    };
    let released = entries(version).unwrap_or(0);
    let coming = entries("Unreleased").unwrap_or(0);
    ensure!(
        released > 0 || (dry_run && coming > 0),
        "CHANGELOG.md has no entries for {version}: rename `Unreleased` when you release"
    );
    Ok(())
}

/// Returns the packages, each after its dependencies.
fn order<'p>(packages: &[&'p Package]) -> Result<Vec<&'p Package>> {
    let names: BTreeSet<_> = packages.iter().map(|package| &package.name).collect();
    let mut waiting = packages.to_vec();
    let mut done: Vec<&Package> = Vec::new();
    while !waiting.is_empty() {
        let is_done = |name: &String| done.iter().any(|other| other.name == *name);
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|package| {
            let ours = package
                .dependencies
                .iter()
                .filter(|name| names.contains(name));
            ours.into_iter().all(is_done)
        });
        ensure!(
            !ready.is_empty(),
            "packages depend on each other in a circle"
        );
        done.extend(ready);
        waiting = rest;
    }
    Ok(done)
}
