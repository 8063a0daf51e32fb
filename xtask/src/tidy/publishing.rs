//! Checks that each published package has the required metadata.

use super::Finding;
use crate::packages::Package;

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
