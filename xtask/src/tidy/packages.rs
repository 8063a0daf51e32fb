//! What cargo knows of our packages, and whether each is fit to be published.

use super::Finding;
use crate::shell::{cargo, output, root};
use anyhow::{Context, Result};
use serde_json::Value;

/// One package of the workspace.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) published: bool,
    /// Direct dependencies that users get: not those for tests.
    pub(super) dependencies: Vec<String>,
    description: Option<String>,
    license: Option<String>,
    folder: std::path::PathBuf,
}

pub(super) fn metadata() -> Result<Vec<Package>> {
    let text = output(&mut cargo(&[
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
    ]))?;
    let metadata: Value = serde_json::from_str(&text).context("cargo's metadata")?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    packages.iter().map(package).collect()
}

pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    let published = packages.iter().filter(|package| package.published);
    published.flat_map(missing).collect()
}

fn missing(package: &Package) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut need = |there: bool, what: &str| {
        if !there {
            findings.push(format!(
                "{}: a published package needs {what}",
                package.name
            ));
        }
    };
    need(package.description.is_some(), "a description");
    need(
        package.license.as_deref() == Some("Apache-2.0"),
        "the licence Apache-2.0",
    );
    need(package.folder.join("README.md").exists(), "a README.md");
    need(
        package.name.starts_with("capwire"),
        "a name that begins with capwire",
    );
    findings
}

fn package(value: &Value) -> Result<Package> {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let manifest = text("manifest_path").context("a package without a manifest")?;
    let folder = std::path::Path::new(&manifest)
        .parent()
        .map_or_else(root, Into::into);
    let dependencies = value["dependencies"]
        .as_array()
        .context("no dependencies")?;
    let for_users = dependencies
        .iter()
        .filter(|dependency| dependency["kind"].is_null());
    Ok(Package {
        name: text("name").context("a package without a name")?,
        published: value["publish"].is_null(),
        dependencies: for_users
            .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
            .collect(),
        description: text("description"),
        license: text("license"),
        folder,
    })
}
