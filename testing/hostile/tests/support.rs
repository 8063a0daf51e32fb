//! No engine of ours may excuse itself from a limit, by no option.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_hostile::{Subject, subjects};

#[test]
fn every_engine_enforces_every_limit() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let support = engine.support();
        assert!(support.slices, "{name}: CPU budgets and deadlines");
        assert!(support.memory_limit, "{name}: memory");
        assert!(support.table_limit, "{name}: tables");
        assert!(support.stack_limit, "{name}: the call stack");
        assert!(support.message_limit, "{name}: messages");
    }
}
