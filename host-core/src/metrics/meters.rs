//! The meters of an actor or a binding, by operation.

use super::{Meter, OperationMetrics};
use crate::invocation::{Invocation, Target};
use arc_swap::ArcSwap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What those without a meter of their own are called together, so that none of its own is.
const OTHER: &str = OperationMetrics::OTHER;

/// How many operations have meters of their own, at most: a provider may declare what it likes.
const MOST: usize = 128;

/// One meter for each operation that is declared, and one for all others.
pub(crate) struct Meters {
    declared: ArcSwap<BTreeMap<Arc<str>, Arc<Meter>>>,
    others: Arc<Meter>,
}

/// The meters for calls of what is not there.
#[derive(Default)]
pub(crate) struct Unknown {
    pub(super) actors: Arc<Meter>,
    pub(super) bindings: Arc<Meter>,
}

impl Meters {
    pub(crate) fn new<'o>(operations: impl IntoIterator<Item = &'o str>) -> Self {
        let meters = Self {
            declared: ArcSwap::default(),
            others: Arc::default(),
        };
        meters.declare(operations);
        meters
    }

    /// Adds meters for operations that have none yet.
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

    /// The meter for calls of `operation`.
    pub(crate) fn of(&self, operation: &str) -> Arc<Meter> {
        let declared = self.declared.load();
        Arc::clone(declared.get(operation).unwrap_or(&self.others))
    }

    /// What those show now of which there were calls.
    pub(crate) fn read(&self) -> Vec<OperationMetrics> {
        let declared = self.declared.load();
        let named = declared.iter();
        let named = named.map(|(name, meter)| (Some(Arc::clone(name)), meter.read()));
        let all = named.chain([(None, self.others.read())]);
        let called = all.filter(|(_, calls)| !calls.is_empty());
        called
            .map(|(operation, calls)| OperationMetrics { operation, calls })
            .collect()
    }
}

impl Unknown {
    /// The meter for a call of what is not there.
    pub(crate) fn meter(&self, call: &Invocation) -> Arc<Meter> {
        Arc::clone(match call.target() {
            Target::Actor(_) => &self.actors,
            Target::Capability(_) => &self.bindings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Ended;
    use std::time::Duration;

    fn call(meters: &Meters, operation: &str) {
        let meter = meters.of(operation);
        meter.begin();
        meter.end(Duration::ZERO, Ended::Served);
    }

    #[test]
    fn names_that_nobody_declared_share_a_meter() {
        let meters = Meters::new(["Get", "Set"]);
        call(&meters, "Get");
        for number in 0..1_000 {
            call(&meters, &format!("invented {number}"));
        }
        let read = meters.read();
        let read = read
            .iter()
            .map(|one| (one.operation.as_deref(), one.calls.ended()));
        assert_eq!(read.collect::<Vec<_>>(), [(Some("Get"), 1), (None, 1_000)]);
    }

    #[test]
    fn what_is_declared_later_keeps_the_others() {
        let meters = Meters::new(["Get"]);
        call(&meters, "Get");
        let names: Vec<String> = (0..1_000).map(|number| format!("n{number:03}")).collect();
        meters.declare(names.iter().map(String::as_str));
        for name in &names {
            call(&meters, name);
        }
        let read = meters.read();
        assert_eq!(read.len(), MOST + 1);
        assert_eq!(read[0].operation.as_deref(), Some("Get"));
        assert_eq!(read[0].calls.ended(), 1);
    }
}
