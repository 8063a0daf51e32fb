//! Writes `docs/performance.md` and its plots from criterion's measurements: `cargo xtask
//! bench-report`.
#![forbid(unsafe_code)]

mod measurements;
mod plot;
mod text;

use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// The groups of the report, in order, with descriptions for readers.
const GROUPS: [(&str, &str); 6] = [
    ("call", "One call of a guest that returns its payload."),
    (
        "host_call",
        "One call with one host call; both carry the payload.",
    ),
    (
        "host",
        "One call through the whole host. The actor returns its payload, or calls a provider that answers at once.",
    ),
    (
        "instantiate",
        "Creating an instance from compiled code, running its start functions, and freeing it.",
    ),
    ("load", "Compiling the smallest guest from its bytes."),
    (
        "load_actor",
        "Compiling the actor `counter` (150 KB) from its bytes.",
    ),
];

fn main() -> Result<()> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let criterion = measurements::folder(&workspace);
    let docs = workspace.join("docs");
    let mut report = text::head();
    for (name, about) in GROUPS {
        let group = measurements::read(&criterion, name)?;
        report.push_str(&text::section(&group, about));
        if group.sizes().len() > 1 {
            let picture = format!("performance-{name}.svg");
            plot::write(&group, &docs.join(&picture))?;
            report.push_str(&format!("\n![{name} by payload]({picture})\n"));
        }
    }
    let page = docs.join("performance.md");
    fs::write(&page, report).with_context(|| format!("cannot write {}", page.display()))
}
