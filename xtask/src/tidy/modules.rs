//! Checks the dependencies between the modules of host-core: folders point one way, and cycles stay
//! small.
//!
//! The check reads every `crate::`, `super::` and `self::` path, in code as in `use`, and every `use`
//! of a child module. Groups (`use crate::call::{actor, drive::Turn}`) count path by path. A path
//! leads to the module that defines the name: a re-export is followed, and is no dependency itself.
//! Comments, texts and what follows `#[cfg(test)]` do not count. Fields and methods have no path, so
//! the check does not see them; to name a type, a module needs a path.

mod cycles;
mod paths;

use super::{Finding, files};
use anyhow::Result;
use paths::Use;
use std::collections::{BTreeMap, BTreeSet};

const CRATE: &str = "host-core/src/";

/// The maximum number of modules in a cycle.
const LARGEST_CYCLE: usize = 8;

/// The folders and files at the root of the crate, lowest first. A module may use its own folder
/// and those before it.
const ORDER: &[&str] = &[
    "id", "clock", "wait", "error", "options", "report", "policy", "pool", "state", "call",
    "provider", "actor", "builder", "host",
];

/// The pairs of modules that may violate the order, with reasons.
const EXCEPTIONS: &[(&str, &str)] = &[
    // `Host::builder` is where users look for it.
    ("builder", "host"),
];

/// A module by its path, without `crate`. The root is empty.
type Path = Vec<String>;

/// A module's contents.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// The paths that it uses, from the root.
    uses: BTreeSet<Path>,
    /// The names that it re-exports, with their sources.
    reexports: BTreeMap<String, Path>,
}

/// All modules of the crate.
type Modules = BTreeMap<Path, Module>;

pub(super) fn check() -> Result<Vec<Finding>> {
    let files = files::rust()?;
    let files = files
        .iter()
        .filter_map(|(name, text)| Some((name.strip_prefix(CRATE)?, text.as_str())));
    Ok(findings(&read(files)))
}

fn findings(modules: &Modules) -> Vec<Finding> {
    let edges = edges(modules);
    let mut findings: Vec<Finding> = edges
        .iter()
        .filter_map(|(from, to)| against_order(from, to))
        .collect();
    let largest = cycles::largest(&edges);
    if largest.len() > LARGEST_CYCLE {
        findings.push(format!(
            "host-core: {} modules depend on one another in a circle, more than {LARGEST_CYCLE}: {}",
            largest.len(),
            largest.join(", "),
        ));
    }
    findings
}

/// Reads modules from files with names relative to the crate.
fn read<'f>(files: impl Iterator<Item = (&'f str, &'f str)>) -> Modules {
    let files: Vec<(Path, &str)> = files
        .filter(|(name, _)| !name.ends_with("tests.rs"))
        .map(|(name, text)| (module_path(name), text))
        .collect();
    let known: BTreeSet<Path> = files.iter().map(|(path, _)| path.clone()).collect();
    let modules = files.iter().map(|(path, text)| {
        let module = module(path, paths::read(text), &known);
        (path.clone(), module)
    });
    modules.collect()
}

fn module(path: &Path, uses: Vec<Use>, known: &BTreeSet<Path>) -> Module {
    let mut module = Module::default();
    for one in uses {
        let Some(absolute) = absolute(path, &one, known) else {
            continue;
        };
        match (one.public, one.alias) {
            (true, Some(name)) => drop(module.reexports.insert(name, absolute)),
            _ => drop(module.uses.insert(absolute)),
        }
    }
    module
}

/// Returns the path from the root, or `None` if it leads out of this crate.
fn absolute(from: &Path, one: &Use, known: &BTreeSet<Path>) -> Option<Path> {
    let mut base = from.clone();
    let (first, mut rest) = one.path.split_first()?;
    match first.as_str() {
        "crate" => base.clear(),
        "self" => {}
        "super" => {
            base.pop()?;
            while let Some(("super", after)) = first_of(rest) {
                base.pop()?;
                rest = after;
            }
        }
        // A path without a prefix leads into this crate by a child module, or not at all.
        name => {
            base.push(name.to_owned());
            if !known.contains(&base) {
                return None;
            }
        }
    }
    base.extend(rest.iter().cloned());
    Some(base)
}

fn first_of(path: &[String]) -> Option<(&str, &[String])> {
    let (first, rest) = path.split_first()?;
    Some((first, rest))
}

/// Returns pairs of module names, of which the first depends on the second.
fn edges(modules: &Modules) -> BTreeSet<(String, String)> {
    let mut edges = BTreeSet::new();
    for (from, module) in modules {
        for path in &module.uses {
            let to = definer(modules, path, 0);
            if to != *from {
                edges.insert((from.join("::"), to.join("::")));
            }
        }
    }
    edges
}

/// Returns the module that defines the last name of `path`.
fn definer(modules: &Modules, path: &Path, depth: usize) -> Path {
    let mut at = Path::new();
    for (index, name) in path.iter().enumerate() {
        let mut child = at.clone();
        child.push(name.clone());
        if modules.contains_key(&child) {
            at = child;
            continue;
        }
        let reexport = modules
            .get(&at)
            .and_then(|module| module.reexports.get(name));
        // Deeper than any chain of re-exports is a circle of them.
        return match reexport {
            Some(source) if depth < path.len() + 16 => {
                let mut source = source.clone();
                source.extend(path.iter().skip(index + 1).cloned());
                definer(modules, &source, depth + 1)
            }
            _ => at,
        };
    }
    at
}

fn against_order(from: &str, to: &str) -> Option<Finding> {
    let folder = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
    let (from_folder, to_folder) = (folder(from), folder(to));
    let excepted = EXCEPTIONS.contains(&(from_folder.as_str(), to_folder.as_str()));
    if from_folder == to_folder || excepted {
        return None;
    }
    let place = |folder: &str| ORDER.iter().position(|name| *name == folder);
    match (place(&from_folder), place(&to_folder)) {
        (Some(from_place), Some(to_place)) if to_place < from_place => None,
        (None, _) => Some(format!(
            "host-core: `{from}` has no place in xtask's order of folders"
        )),
        _ => Some(format!(
            "host-core: `{from}` must not use `{to}`: folders point one way"
        )),
    }
}

fn module_path(file: &str) -> Path {
    let name = file.strip_suffix(".rs").unwrap_or(file);
    let name = name.strip_suffix("/mod").unwrap_or(name);
    match name {
        "lib" => Path::new(),
        name => name.split('/').map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{edges, findings, read};

    fn edges_of(files: &[(&str, &str)]) -> Vec<String> {
        let edges = edges(&read(files.iter().copied()));
        let edges = edges.iter().map(|(from, to)| format!("{from} -> {to}"));
        edges.collect()
    }

    #[test]
    fn paths_in_code_and_nested_groups_count() {
        let files = [
            ("lib.rs", "mod call; mod error; mod pool;"),
            (
                "call.rs",
                "mod drive; use crate::{error::{Error, self as e}, pool::*};",
            ),
            (
                "call/drive.rs",
                "fn f() -> Result<(), crate::error::Error> { super::g() }",
            ),
            ("error.rs", ""),
            ("pool.rs", ""),
        ];
        assert_eq!(
            edges_of(&files),
            [
                "call -> error",
                "call -> pool",
                "call::drive -> call",
                "call::drive -> error"
            ]
        );
    }

    #[test]
    fn a_reexport_leads_to_the_definer_and_is_no_dependency() {
        let files = [
            ("lib.rs", "pub use pool::Lease;"),
            (
                "pool.rs",
                "mod lease; pub(crate) use lease::{Lease, Slot as Place};",
            ),
            ("pool/lease.rs", ""),
            (
                "call.rs",
                "use crate::Lease; fn f(place: crate::pool::Place) {}",
            ),
        ];
        assert_eq!(edges_of(&files), ["call -> pool::lease"]);
    }

    #[test]
    fn comments_texts_and_tests_do_not_count() {
        let files = [
            ("lib.rs", ""),
            (
                "call.rs",
                "// crate::pool\n/* crate::pool */ const A: &str = \"crate::pool\";\n#[cfg(test)]\nmod tests { use crate::pool::B; }",
            ),
            ("pool.rs", ""),
        ];
        assert!(edges_of(&files).is_empty());
    }

    #[test]
    fn an_arrow_against_the_order_is_found() {
        let files = [
            ("pool.rs", "use crate::call::Call;"),
            ("call.rs", "use crate::pool::Pool;"),
        ];
        let found = findings(&read(files.iter().copied()));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`pool` must not use `call`"), "{found:?}");
    }

    #[test]
    fn a_large_circle_is_found() {
        let mut names: Vec<String> = (0..9).map(|number| format!("call/m{number}.rs")).collect();
        let mut texts: Vec<String> = (0..9)
            .map(|number| format!("use super::m{}::X;", (number + 1) % 9))
            .collect();
        names.push("call.rs".to_owned());
        texts.push(String::new());
        let files = names
            .iter()
            .map(String::as_str)
            .zip(texts.iter().map(String::as_str));
        let found = findings(&read(files));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("9 modules depend"), "{found:?}");
    }
}
