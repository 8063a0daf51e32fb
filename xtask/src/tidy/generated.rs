//! Checks that generated files are current.

use super::Finding;
use crate::codegen;
use anyhow::Result;

pub(super) fn check() -> Result<Vec<Finding>> {
    let outdated = codegen::outdated()?.into_iter();
    let findings = outdated.map(|path| {
        format!("{path} differs from the description in contracts/wit: run `cargo xtask codegen`")
    });
    Ok(findings.collect())
}
