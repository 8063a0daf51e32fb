//! Checks libraries whose manifests say that they have no unit tests, or no examples in their documentation. Each of both is a
//! program to build, also for nothing.

use super::Finding;
use crate::packages::Package;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// A line of a manifest, and the texts in sources that it would leave out.
const LEFT_OUT: [(&str, &[&str]); 2] = [
    ("\ntest = false\n", &["#[test]", "::test]", "::test("]),
    ("\ndoctest = false\n", &["/// ```", "//! ```"]),
];

pub(super) fn check(packages: &[Package]) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for package in packages {
        let manifest = package.folder.join("Cargo.toml");
        let manifest = fs::read_to_string(&manifest).context("cannot read a manifest")?;
        for (line, texts) in LEFT_OUT {
            // Before the table of another target.
            let library = manifest.split("\n[[").next().unwrap_or_default();
            if library.contains(line) && has(&package.folder.join("src"), texts)? {
                findings.push(format!(
                    "{} has what `{}` leaves out: remove the line",
                    package.name,
                    line.trim()
                ));
            }
        }
    }
    Ok(findings)
}

/// Returns true if a source file in `folder` has one of `texts`.
fn has(folder: &Path, texts: &[&str]) -> Result<bool> {
    let entries = fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let found = match path.is_dir() {
            true => has(&path, texts)?,
            false if path.extension().is_some_and(|extension| extension == "rs") => {
                let source = fs::read_to_string(&path)?;
                texts.iter().any(|text| source.contains(text))
            }
            false => false,
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}
