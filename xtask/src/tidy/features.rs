//! Others' crates have the same features with and without dev-dependencies.
//!
//! Otherwise `cargo doc` checks them, and all crates above them, once more after `cargo clippy`, which takes minutes.

use super::Finding;
use crate::shell::{cargo, output};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// The only platform on which CI runs.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The sets of features of a crate, by its name and version: one for each kind of build.
type Features = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check() -> Result<Vec<Finding>> {
    let without = features("normal,build")?;
    let with = features("normal,build,dev")?;
    Ok(differing(&without, &with))
}

fn features(edges: &str) -> Result<Features> {
    let mut tree = cargo(&["tree", "--workspace", "--all-features", "--prefix", "none"]);
    tree.args(["--target", TARGET, "--edges", edges]);
    tree.args(["--format", "{p} [{f}]"]);
    Ok(read(&output(&mut tree)?))
}

/// Reads lines such as `syn v2.0.119 (proc-macro) [full,visit] (*)`. Packages of ours have a path.
fn read(tree: &str) -> Features {
    let mut found = Features::new();
    for line in tree.lines().filter(|line| !line.contains("(/")) {
        let line = line.trim_end_matches(" (*)");
        if let Some((package, features)) = line.rsplit_once(" [") {
            let package = package.trim_end_matches(" (proc-macro)").to_owned();
            let features = features.trim_end_matches(']').to_owned();
            found.entry(package).or_default().insert(features);
        }
    }
    found
}

fn differing(without: &Features, with: &Features) -> Vec<Finding> {
    let both = without
        .iter()
        .filter_map(|(package, features)| Some((package, features, with.get(package)?)));
    both.filter(|(_, without, with)| without != with)
        .map(|(package, without, with)| {
            let list = |features: &BTreeSet<String>| Vec::from_iter(features.clone()).join(" and ");
            format!(
                "{package} has other features with dev-dependencies: {} instead of {}; \
                 add them to testing/unified-features/Cargo.toml",
                list(with),
                list(without)
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{differing, read};

    #[test]
    fn a_crate_whose_features_differ_is_found() {
        let without = read("ours v0.1.0 (/here) []\nsyn v2.0.1 (proc-macro) [full]\nlog v0.4.1 []");
        let with = read("syn v2.0.1 (proc-macro) [full,visit] (*)\nlog v0.4.1 []\nwat v1.0.0 []");
        let found = differing(&without, &with);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("syn v2.0.1 has other features"));
    }
}
