//! What options promise beside what the suite checks of all of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use capwire_engine_wasmtime::{Allocation, Wasmtime};
use capwire_wapc::{
    EmptyWorld, Engine, HostCall, Limits, Module, PlainGuest, Reply, Request, StartError,
};
use std::sync::Arc;

/// Responds with nothing, and has so many tables.
fn module(engine: &Wasmtime, tables: usize) -> Arc<dyn Module> {
    let wasm = wat::parse_str(format!(
        r#"(module
            (import "wapc" "__guest_response" (func $respond (param i32 i32)))
            (memory (export "memory") 1)
            {}
            (func (export "__guest_call") (param i32 i32) (result i32)
                (call $respond (i32.const 0) (i32.const 0))
                (i32.const 1)))"#,
        "(table 1 funcref)".repeat(tables)
    ));
    engine.compile(&wasm.unwrap()).unwrap()
}

fn start(module: &dyn Module) -> Result<PlainGuest, StartError> {
    let mut host = |_: HostCall<'_>| Reply::error("");
    PlainGuest::start(module, &Limits::default(), Arc::new(EmptyWorld), &mut host)
}

fn answers(engine: &Wasmtime) {
    let mut host = |_: HostCall<'_>| Reply::error("");
    let mut guest = start(&*module(engine, 1)).unwrap();
    guest.call(Request::new("any", ""), &mut host).unwrap();
}

#[test]
fn a_pool_has_as_many_instances_as_were_asked_for() {
    let engine = Wasmtime::builder().pooling(3).build().unwrap();
    let module = module(&engine, 1);
    let mut guests: Vec<_> = (0..3).map(|_| start(&*module).unwrap()).collect();
    let Err(StartError::Engine { source, .. }) = start(&*module) else {
        panic!("a fourth instance of a pool of three");
    };
    assert!(source.to_string().contains('3'), "{source}");
    guests.pop();
    start(&*module).unwrap();
}

#[test]
fn what_does_not_fit_into_the_pool_runs_without() {
    let engine = Wasmtime::builder().pooling(1).build().unwrap();
    let module = module(&engine, 5);
    let guests = [start(&*module).unwrap(), start(&*module).unwrap()];
    assert!(guests.iter().all(PlainGuest::is_alive));
    assert_eq!(engine.allocation(), Allocation::Pool { instances: 1 });
}

#[test]
fn no_instances_are_no_pool() {
    let engine = Wasmtime::builder().pooling(0).build().unwrap();
    assert_eq!(engine.allocation(), Allocation::OnDemand);
}

#[test]
fn a_pool_for_which_there_are_no_addresses_is_done_without() {
    // 2^32 times 4 GiB are more than a processor has.
    let engine = Wasmtime::builder().pooling(u32::MAX).build().unwrap();
    let Allocation::NoRoom { reason } = engine.allocation() else {
        panic!("{:?}", engine.allocation());
    };
    assert!(reason.contains("4294967295 instances"), "{reason}");
    answers(&engine);
}

#[cfg(target_os = "linux")]
mod small_machine {
    use super::{Allocation, Wasmtime, answers};
    use std::env;
    use std::process::Command;

    /// In a process that gets 24 GiB of addresses, which is room for a few instances.
    const INSIDE: &str = "CAPWIRE_TEST_FEW_ADDRESSES";

    #[test]
    fn makes_an_engine_without_a_pool_and_says_why() {
        if env::var_os(INSIDE).is_some() {
            return inside();
        }
        let name = "small_machine::makes_an_engine_without_a_pool_and_says_why";
        let again = Command::new("sh")
            .args(["-c", "ulimit -v 25165824 && exec \"$@\"", "sh"])
            .arg(env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(INSIDE, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&again.stderr);
        assert!(again.status.success(), "{again:?}");
        assert!(said.contains("no room: what 1000 instances need"), "{said}");
    }

    fn inside() {
        let engine = Wasmtime::builder().pooling(1_000).build().unwrap();
        let Allocation::NoRoom { reason } = engine.allocation() else {
            panic!("{:?}", engine.allocation());
        };
        eprintln!("no room: {reason}");
        answers(&engine);
    }
}
