//! Checks of packages: can they be published, does each feature stand alone?

use crate::shell::{cargo, output, run};
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
    for feature in features_of(FACADE)? {
        check_features(&["--features", &feature])?;
    }
    Ok(())
}

fn publish(arguments: &[&str]) -> Result<()> {
    run(cargo(&["publish", "--workspace", "--dry-run", "--allow-dirty"]).args(arguments))
}

fn check_features(arguments: &[&str]) -> Result<()> {
    run(cargo(&["check", "--package", FACADE, "--no-default-features"]).args(arguments))
}

fn features_of(package: &str) -> Result<Vec<String>> {
    let text = output(&mut cargo(&[
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
    ]))?;
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let features = packages
        .iter()
        .filter(|candidate| candidate["name"] == package)
        .filter_map(|found| found["features"].as_object())
        .flat_map(|features| features.keys().cloned());
    Ok(features.collect())
}
