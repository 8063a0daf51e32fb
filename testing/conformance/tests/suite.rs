//! The suite itself: no case passes on an engine that does nothing, and what is skipped is told.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_conformance::{GROUPS, assert_skipped, run};
use capwire_wapc::{CompileError, Engine, Module, Support};
use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::sync::Arc;

/// Refuses every module.
#[derive(Clone, Copy, Debug)]
struct Refusing(Support);

impl Engine for Refusing {
    fn name(&self) -> &'static str {
        "refusing"
    }

    fn support(&self) -> Support {
        self.0
    }

    fn compile(&self, _: &[u8]) -> Result<Arc<dyn Module>, CompileError> {
        Err(CompileError::Invalid {
            engine: self.name(),
            source: "no".into(),
        })
    }
}

fn refusing_all_but_slices() -> Refusing {
    let mut support = Support::full();
    support.slices = false;
    Refusing(support)
}

#[test]
fn only_refusals_pass_on_an_engine_that_refuses_everything() {
    let engine = Refusing(Support::full());
    let passed: BTreeSet<String> = GROUPS
        .iter()
        .flat_map(|group| group.cases.iter().map(move |case| (group, case)))
        .filter(|(_, case)| catch_unwind(|| (case.run)(&engine)).is_ok())
        .map(|(group, case)| format!("{}::{}", group.name, case.name))
        .collect();
    let refusals = [
        "memory_limits::memories_count_together",
        "modules::memory_of_64_bits",
        "modules::not_wasm",
        "modules::shared_memory",
        "modules::start_of_another_type",
        "validity::bodies",
    ];
    assert_eq!(passed, refusals.map(String::from).into());
}

#[test]
fn a_case_that_does_not_apply_is_not_run() {
    run(&refusing_all_but_slices(), "slices", "endless_console");
}

#[test]
#[should_panic(expected = "the module compiles")]
fn a_case_that_applies_is_run() {
    run(&refusing_all_but_slices(), "calls", "many");
}

#[test]
fn skipped_cases_must_match_the_committed_list() {
    let engine = refusing_all_but_slices();
    let slices = GROUPS.iter().find(|group| group.name == "slices").unwrap();
    let names = slices
        .cases
        .iter()
        .map(|case| format!("slices::{}\n", case.name));
    let committed = format!("# interpreters cannot\n{}", names.collect::<String>());
    assert_skipped(&engine, &committed);
    for wrong in [
        "",
        "slices::endless_console\n",
        &format!("{committed}calls::many\n"),
    ] {
        catch_unwind(|| assert_skipped(&engine, wrong)).unwrap_err();
    }
}
