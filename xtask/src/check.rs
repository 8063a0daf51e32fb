//! Checks of packages: can they be published, does each feature stand alone?

use crate::packages;
use crate::shell::{cargo, run};
use anyhow::Result;

/// The package whose features choose the parts.
const FACADE: &str = "capwire";

/// Can every package be published? Archives are made and resolved, not built.
pub(crate) fn package() -> Result<()> {
    publish(&["--no-verify"])
}

/// As [`package`], and each archive is built.
pub(crate) fn package_and_build() -> Result<()> {
    publish(&[])
}

/// Does the facade build with each feature alone, and with none?
pub(crate) fn features() -> Result<()> {
    check_features(&[])?;
    let packages = packages::metadata()?;
    let facade = packages.iter().filter(|package| package.name == FACADE);
    facade
        .flat_map(|package| &package.features)
        .try_for_each(|feature| check_features(&["--features", feature]))
}

fn publish(arguments: &[&str]) -> Result<()> {
    run(cargo(&["publish", "--workspace", "--dry-run", "--allow-dirty"]).args(arguments))
}

fn check_features(arguments: &[&str]) -> Result<()> {
    run(cargo(&["check", "--package", FACADE, "--no-default-features"]).args(arguments))
}
