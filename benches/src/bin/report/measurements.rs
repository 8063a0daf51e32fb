//! Reads criterion's measurements below `target/criterion`.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A benchmark group: its subjects, sizes and medians.
pub(crate) struct Group {
    pub(crate) name: String,
    /// Nanoseconds by subject, then by size of payload; groups without sizes use 0.
    pub(crate) medians: BTreeMap<String, BTreeMap<u64, f64>>,
}

impl Group {
    /// Returns the sizes with at least one measurement.
    pub(crate) fn sizes(&self) -> Vec<u64> {
        let mut sizes: Vec<_> = self
            .medians
            .values()
            .flat_map(|by_size| by_size.keys())
            .copied()
            .collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }
}

/// Returns criterion's output folder.
pub(crate) fn folder(workspace: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target
        .unwrap_or_else(|| workspace.join("target"))
        .join("criterion")
}

/// Reads the latest measurements of the group `name`.
pub(crate) fn read(criterion: &Path, name: &str) -> Result<Group> {
    let mut medians: BTreeMap<String, BTreeMap<u64, f64>> = BTreeMap::new();
    for run in runs(&criterion.join(name))? {
        let benchmark = json(&run.join("benchmark.json"))?;
        let estimates = json(&run.join("estimates.json"))?;
        let median = estimates
            .pointer("/median/point_estimate")
            .and_then(Value::as_f64);
        let subject = benchmark.get("function_id").and_then(Value::as_str);
        let (Some(median), Some(subject)) = (median, subject) else {
            bail!("{} is not what criterion writes", run.display());
        };
        let size = benchmark
            .get("value_str")
            .and_then(Value::as_str)
            .unwrap_or("0");
        let size = size
            .parse()
            .with_context(|| format!("a payload of size {size:?}"))?;
        medians
            .entry(subject.to_owned())
            .or_default()
            .insert(size, median);
    }
    if medians.is_empty() {
        bail!("nothing was measured for {name}: run `cargo bench -p capwire-benches` first");
    }
    Ok(Group {
        name: name.to_owned(),
        medians,
    })
}

/// Returns every folder `new` below `folder` that contains a measurement of a single benchmark.
fn runs(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.ends_with("new") && path.join("benchmark.json").exists() {
            found.push(path);
        } else if path.is_dir() {
            found.extend(runs(&path)?);
        }
    }
    Ok(found)
}

fn json(path: &Path) -> Result<Value> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}
