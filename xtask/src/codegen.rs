//! `cargo xtask codegen`: writes the files that depend on the description of contracts.

use crate::shell::root;
use anyhow::{Context, Result};
use capwire_codegen::Output;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// The folders that contain generated files only.
const FOLDERS: [&str; 5] = [
    "contracts/schemas",
    "docs/contracts",
    "sdks/assemblyscript/assembly/contracts",
    "sdks/c/include/capwire/contracts",
    "sdks/zig/src/contracts",
];

/// The folder with packages of Go, in which generated files are beside others.
const GO: &str = "sdks/go";

/// The end of the names of generated files in [`GO`].
const GENERATED_GO: &str = ".gen.go";

/// Writes the files, and removes those that are no longer generated.
pub(crate) fn write() -> Result<()> {
    let outputs = outputs()?;
    for path in obsolete(&outputs)? {
        fs::remove_file(root().join(&path)).with_context(|| format!("cannot remove {path}"))?;
    }
    for output in outputs {
        let path = root().join(&output.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, output.text).with_context(|| format!("cannot write {}", output.path))?;
    }
    Ok(())
}

/// Returns the paths of files that are not current.
pub(crate) fn outdated() -> Result<Vec<String>> {
    let outputs = outputs()?;
    let mut outdated = obsolete(&outputs)?;
    let differs = |output: &&Output| {
        let current = fs::read_to_string(root().join(&output.path));
        current.ok().as_ref() != Some(&output.text)
    };
    let differing = outputs.iter().filter(differs);
    outdated.extend(differing.map(|output| output.path.clone()));
    Ok(outdated)
}

fn outputs() -> Result<Vec<Output>> {
    let contracts = capwire_codegen::read(&root().join("contracts/wit"))?;
    Ok(capwire_codegen::outputs(&contracts))
}

/// Returns the generated files that are not among `outputs`.
fn obsolete(outputs: &[Output]) -> Result<Vec<String>> {
    let current: BTreeSet<PathBuf> = outputs.iter().map(|it| root().join(&it.path)).collect();
    let mut obsolete = Vec::new();
    for folder in FOLDERS {
        let Ok(entries) = fs::read_dir(root().join(folder)) else {
            continue;
        };
        for entry in entries {
            let entry = entry?;
            if !current.contains(&entry.path()) {
                obsolete.push(format!("{folder}/{}", entry.file_name().to_string_lossy()));
            }
        }
    }
    for package in fs::read_dir(root().join(GO))?.flatten() {
        for entry in fs::read_dir(package.path()).into_iter().flatten().flatten() {
            let (package, name) = (package.file_name(), entry.file_name());
            let (package, name) = (package.to_string_lossy(), name.to_string_lossy());
            if name.ends_with(GENERATED_GO) && !current.contains(&entry.path()) {
                obsolete.push(format!("{GO}/{package}/{name}"));
            }
        }
    }
    Ok(obsolete)
}
