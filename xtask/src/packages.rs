//! Cargo's metadata of our packages.

use crate::shell::{cargo, output, root};
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A package of the workspace.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) published: bool,
    /// The direct dependencies, without those for tests.
    pub(crate) dependencies: Vec<String>,
    pub(crate) features: Vec<String>,
    pub(crate) description: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) folder: PathBuf,
}

pub(crate) fn metadata() -> Result<Vec<Package>> {
    let text = output(&mut cargo(&[
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
    ]))?;
    let metadata: Value = serde_json::from_str(&text).context("cargo's metadata")?;
    let packages = metadata
        .get("packages")
        .and_then(Value::as_array)
        .context("no packages")?;
    packages.iter().map(package).collect()
}

fn package(value: &Value) -> Result<Package> {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let manifest = text("manifest_path").context("a package without a manifest")?;
    let folder = Path::new(&manifest).parent().map_or_else(root, Into::into);
    let dependencies = value["dependencies"]
        .as_array()
        .context("no dependencies")?;
    let for_users = dependencies
        .iter()
        .filter(|dependency| dependency["kind"].is_null());
    Ok(Package {
        name: text("name").context("a package without a name")?,
        version: text("version").context("a package without a version")?,
        published: value["publish"].is_null(),
        dependencies: for_users
            .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
            .collect(),
        features: value["features"]
            .as_object()
            .map(|features| features.keys().cloned().collect())
            .unwrap_or_default(),
        description: text("description"),
        license: text("license"),
        folder,
    })
}
