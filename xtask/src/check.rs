//! Checks of packages: can they be published, does each feature stand alone?

use crate::packages;
use crate::shell::{cargo, run};
use anyhow::Result;

/// The packages whose features choose the parts.
const PACKAGES: [&str; 2] = ["capwire", "capwire-cli"];

/// Can every package be published? Archives are made and resolved, not built.
pub(crate) fn package() -> Result<()> {
    publish(&["--no-verify"])
}

/// As [`package`], and each archive is built.
pub(crate) fn package_and_build() -> Result<()> {
    publish(&[])
}

/// Do they build with each feature alone, and with none?
pub(crate) fn features() -> Result<()> {
    let packages = packages::metadata()?;
    let choosing = packages.iter();
    for package in choosing.filter(|package| PACKAGES.contains(&package.name.as_str())) {
        check_features(&package.name, &[])?;
        for feature in &package.features {
            check_features(&package.name, &["--features", feature])?;
        }
    }
    Ok(())
}

fn publish(arguments: &[&str]) -> Result<()> {
    run(cargo(&["publish", "--workspace", "--dry-run", "--allow-dirty"]).args(arguments))
}

fn check_features(package: &str, arguments: &[&str]) -> Result<()> {
    run(cargo(&["check", "--package", package, "--no-default-features"]).args(arguments))
}
