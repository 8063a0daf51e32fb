//! No engine of ours may excuse itself from a limit.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_hostile::engines;

#[test]
fn every_engine_enforces_every_limit() {
    for engine in engines().unwrap() {
        let (name, support) = (engine.name(), engine.support());
        assert!(support.slices, "{name}: CPU budgets and deadlines");
        assert!(support.memory_limit, "{name}: memory");
        assert!(support.table_limit, "{name}: tables");
        assert!(support.stack_limit, "{name}: the call stack");
    }
}
