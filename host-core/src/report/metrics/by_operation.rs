//! The histograms of an actor or a binding, by operation.

use super::{LatencyHistogram, OperationMetrics};
use crate::id::Target;
use arc_swap::ArcSwap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Label for operations without their own histogram. No declared operation may use it.
const OTHER: &str = OperationMetrics::OTHER;

/// The maximum number of operations with their own histogram, because a provider may declare any
/// number.
const MOST: usize = 128;

/// One histogram for each declared operation, and one for all others.
pub(crate) struct OperationHistograms {
    declared: ArcSwap<BTreeMap<Arc<str>, Arc<LatencyHistogram>>>,
    others: Arc<LatencyHistogram>,
}

/// The histograms for calls of targets that do not exist.
#[derive(Default)]
pub(crate) struct UnknownTargets {
    pub(crate) actors: Arc<LatencyHistogram>,
    pub(crate) bindings: Arc<LatencyHistogram>,
}

impl OperationHistograms {
    pub(crate) fn new<'o>(operations: impl IntoIterator<Item = &'o str>) -> Self {
        let histograms = Self {
            declared: ArcSwap::default(),
            others: Arc::default(),
        };
        histograms.declare(operations);
        histograms
    }

    /// Adds histograms for operations that have none yet.
    pub(crate) fn declare<'o>(&self, operations: impl IntoIterator<Item = &'o str>) {
        let more = operations.into_iter().filter(|name| *name != OTHER);
        let more: Vec<Arc<str>> = more.take(MOST).map(Arc::from).collect();
        self.declared.rcu(|declared| {
            let mut declared = BTreeMap::clone(declared);
            for operation in &more {
                if declared.len() < MOST {
                    declared.entry(Arc::clone(operation)).or_default();
                }
            }
            declared
        });
    }

    /// The histogram for calls of `operation`.
    pub(crate) fn of(&self, operation: &str) -> Arc<LatencyHistogram> {
        let declared = self.declared.load();
        Arc::clone(declared.get(operation).unwrap_or(&self.others))
    }

    /// Reads the histograms of operations that were called.
    pub(crate) fn read(&self) -> Vec<OperationMetrics> {
        let declared = self.declared.load();
        let named = declared.iter();
        let named = named.map(|(name, histogram)| (Some(Arc::clone(name)), histogram.read()));
        let all = named.chain([(None, self.others.read())]);
        let called = all.filter(|(_, calls)| !calls.is_empty());
        called
            .map(|(operation, calls)| OperationMetrics { operation, calls })
            .collect()
    }
}

impl UnknownTargets {
    /// The histogram for calls of a target that does not exist.
    pub(crate) fn of(&self, target: &Target) -> Arc<LatencyHistogram> {
        Arc::clone(match target {
            Target::Actor(_) => &self.actors,
            Target::Capability(_) => &self.bindings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Outcome;
    use std::time::Duration;

    fn call(histograms: &OperationHistograms, operation: &str) {
        let histogram = histograms.of(operation);
        histogram.begin();
        histogram.end(Duration::ZERO, Outcome::Served);
    }

    #[test]
    fn names_that_nobody_declared_share_a_histogram() {
        let histograms = OperationHistograms::new(["Get", "Set"]);
        call(&histograms, "Get");
        for number in 0..1_000 {
            call(&histograms, &format!("invented {number}"));
        }
        let read = histograms.read();
        let read = read
            .iter()
            .map(|one| (one.operation.as_deref(), one.calls.ended()));
        assert_eq!(read.collect::<Vec<_>>(), [(Some("Get"), 1), (None, 1_000)]);
    }

    #[test]
    fn what_is_declared_later_keeps_the_others() {
        let histograms = OperationHistograms::new(["Get"]);
        call(&histograms, "Get");
        let names: Vec<String> = (0..1_000).map(|number| format!("n{number:03}")).collect();
        histograms.declare(names.iter().map(String::as_str));
        for name in &names {
            call(&histograms, name);
        }
        let read = histograms.read();
        assert_eq!(read.len(), MOST + 1);
        assert_eq!(read[0].operation.as_deref(), Some("Get"));
        assert_eq!(read[0].calls.ended(), 1);
    }
}
