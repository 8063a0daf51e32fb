//! Prevents calls from waiting for themselves.
//!
//! Calls that hold an instance of one actor and wait for one of another can deadlock: one call
//! holds the last instance of A and waits for B, another holds the last instance of B and waits for
//! A. So before a call that holds an instance waits, the host searches the current waits for a path
//! back, and refuses the call if there is one. No cycle ever closes, so some call always makes
//! progress. If actors have several instances, this also refuses a few waits that would have ended.

use crate::id::PoolId;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

type Edges = HashMap<(PoolId, PoolId), usize>;

/// The calls that hold an instance of one pool while they wait for one of another.
#[derive(Debug, Default)]
pub(crate) struct Waits(Mutex<Edges>);

/// One wait for an instance. The wait ends when the value is dropped.
pub(crate) struct Wait<'w> {
    waits: &'w Waits,
    held: Vec<PoolId>,
    wanted: PoolId,
}

impl Waits {
    /// Begins to wait for `wanted` while instances of the pools `held` are held, or returns `None`
    /// if the wait might never end.
    pub(super) fn enter(&self, held: Vec<PoolId>, wanted: PoolId) -> Option<Wait<'_>> {
        let mut edges = self.lock();
        if leads_to(&edges, wanted, &held) {
            return None;
        }
        for holder in &held {
            *edges.entry((*holder, wanted)).or_default() += 1;
        }
        Some(Wait {
            waits: self,
            held,
            wanted,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Edges> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let mut edges = self.waits.lock();
        for holder in &self.held {
            let edge = (*holder, self.wanted);
            let left = edges.get(&edge).map_or(0, |count| count - 1);
            if left == 0 {
                edges.remove(&edge);
            } else {
                edges.insert(edge, left);
            }
        }
    }
}

/// Returns true if `from` is one of `goals`, or a chain of waits leads from it to one of them.
fn leads_to(edges: &Edges, from: PoolId, goals: &[PoolId]) -> bool {
    if goals.is_empty() {
        return false;
    }
    let mut seen = HashSet::new();
    let mut open = vec![from];
    while let Some(pool) = open.pop() {
        if goals.contains(&pool) {
            return true;
        }
        if seen.insert(pool) {
            let next = edges.keys().filter(|(holder, _)| *holder == pool);
            open.extend(next.map(|(_, wanted)| *wanted));
        }
    }
    false
}

#[cfg(test)]
mod tests;
