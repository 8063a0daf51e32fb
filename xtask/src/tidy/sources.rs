//! Checks source files for forbidden code.

use super::Finding;
use super::files;
use crate::shell::root;
use anyhow::{Context, Result};
use std::fs;

/// The heading in ARCHITECTURE.md below which the files with unsafe code are listed.
const UNSAFE_LIST: &str = "## Files with unsafe code";

pub(super) fn check() -> Result<Vec<Finding>> {
    let listed = unsafe_files()?;
    let mut findings = Vec::new();
    for (name, text) in files::rust()? {
        if name.starts_with("xtask/src/tidy/") {
            continue;
        }
        findings.extend(forbidden(&name, &text));
        findings.extend(unsafe_code(&name, &text, &listed));
        findings.extend(unguarded_root(&name, &text));
    }
    let gone = listed.iter().filter(|file| !root().join(file).exists());
    findings.extend(gone.map(|file| format!("ARCHITECTURE.md lists {file}, which does not exist")));
    Ok(findings)
}

fn forbidden(name: &str, text: &str) -> Vec<Finding> {
    let everywhere = [
        ("todo!(", "unfinished work belongs in an issue"),
        ("unimplemented!(", "unfinished work belongs in an issue"),
        ("#[ignore", "a test runs, or it is deleted"),
        ("thread::sleep(", "wait on a condition"),
        (
            "time::sleep(Duration",
            "wait on a condition, or use a timer that a test can drive",
        ),
    ];
    let found = everywhere.iter().filter(|(word, _)| text.contains(word));
    found
        .map(|(word, advice)| format!("{name} has `{word}`: {advice}"))
        .collect()
}

fn unsafe_code(name: &str, text: &str, listed: &[String]) -> Option<Finding> {
    let code = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    let uses = code
        .flat_map(str::split_whitespace)
        .any(|word| word.trim_start_matches('(') == "unsafe");
    (uses && !listed.iter().any(|file| file == name)).then(|| {
        format!("{name} has unsafe code and is not listed in ARCHITECTURE.md with its proof")
    })
}

/// Checks that a crate's root forbids or denies unsafe code.
fn unguarded_root(name: &str, text: &str) -> Option<Finding> {
    let is_root = name.ends_with("src/lib.rs") || name.ends_with("src/main.rs");
    let guarded =
        text.contains("#![forbid(unsafe_code)]") || text.contains("#![deny(unsafe_code)]");
    (is_root && !guarded).then(|| format!("{name} does not forbid unsafe code"))
}

fn unsafe_files() -> Result<Vec<String>> {
    let path = root().join("ARCHITECTURE.md");
    let text = fs::read_to_string(&path).context("cannot read ARCHITECTURE.md")?;
    let section = text
        .split(UNSAFE_LIST)
        .nth(1)
        .context("ARCHITECTURE.md lists no unsafe files")?;
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    Ok(rows
        .filter_map(|row| row.split('`').next())
        .map(str::to_owned)
        .collect())
}
