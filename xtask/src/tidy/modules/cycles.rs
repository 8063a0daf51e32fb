//! Finds cycles of dependencies.

use std::collections::{BTreeMap, BTreeSet};

type Neighbours<'e> = BTreeMap<&'e str, Vec<&'e str>>;

/// Returns the largest set of modules in which each reaches every other.
pub(super) fn largest(edges: &BTreeSet<(String, String)>) -> Vec<&str> {
    let mut forth = Neighbours::new();
    let mut back = Neighbours::new();
    for (from, to) in edges {
        forth.entry(from).or_default().push(to);
        back.entry(to).or_default().push(from);
    }
    let circles = forth.keys().map(|module| {
        let reached = reachable(&forth, module);
        let reaching = reachable(&back, module);
        reached.intersection(&reaching).copied().collect::<Vec<_>>()
    });
    circles.max_by_key(Vec::len).unwrap_or_default()
}

/// Returns the modules that are reachable from `start` by at least one edge.
fn reachable<'e>(edges: &Neighbours<'e>, start: &str) -> BTreeSet<&'e str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = vec![start];
    while let Some(module) = open.pop() {
        for next in edges.get(module).into_iter().flatten() {
            if reached.insert(*next) {
                open.push(next);
            }
        }
    }
    reached
}
