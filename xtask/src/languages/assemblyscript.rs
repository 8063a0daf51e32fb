//! AssemblyScript, whose compiler is a package of npm.

use super::Language;
use anyhow::Result;
use std::fs;

const LANGUAGE: Language = Language::AssemblyScript;

pub(super) fn install() -> Result<()> {
    // The lock file is copied by npm after it has installed everything.
    let wanted = fs::metadata(LANGUAGE.sdk().join("package-lock.json"))?.modified()?;
    let there = fs::metadata(LANGUAGE.sdk().join("node_modules/.package-lock.json"));
    match there.and_then(|there| there.modified()) {
        Ok(there) if there >= wanted => Ok(()),
        _ => LANGUAGE.in_sdk("npm", &["ci", "--no-audit", "--no-fund"]),
    }
}

pub(super) fn test() -> Result<()> {
    LANGUAGE.in_sdk("npm", &["test"])
}

pub(super) fn build_counter() -> Result<()> {
    build("examples/counter")
}

/// Builds the actor in a folder, whose path begins in the SDK's folder.
pub(crate) fn build(folder: &str) -> Result<()> {
    LANGUAGE.in_sdk("npm", &["run", "build", folder])
}
