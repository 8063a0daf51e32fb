//! Tests of the engine's options that the conformance suite does not cover.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use capwire_conformance::guests::{guest, imports};
use capwire_engine_wasmtime::{Allocation, Wasmtime};
use capwire_scaffold::{start, start_within};
use capwire_wapc::{
    Engine, HostCall, Module, PlainGuest, Reply, Request, ResourceLimits, StartError,
};
use std::sync::Arc;

/// Returns a module with this number of tables that responds with no bytes.
fn module(engine: &Wasmtime, tables: usize) -> Arc<dyn Module> {
    let respond = "(call $__guest_response (i32.const 0) (i32.const 0)) (i32.const 1)";
    let wasm = wat::parse_str(guest(respond, &"(table 1 funcref)".repeat(tables)));
    engine.compile(&wasm.unwrap()).unwrap()
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

/// Returns true if a guest grows by `pages` of memory and `elements` of its table and nests `depth`
/// calls without an error. The length of its payload gives the depth.
fn has(
    engine: &Wasmtime,
    limits: &ResourceLimits,
    pages: u32,
    elements: u32,
    depth: usize,
) -> bool {
    let wasm = wat::parse_str(format!(
        r#"(module
            {}
            (memory (export "memory") 1)
            (table $table 1 funcref)
            (func $down (param i32)
                (if (local.get 0)
                    (then (call $down (i32.sub (local.get 0) (i32.const 1))))))
            (func (export "__guest_call") (param i32 i32) (result i32)
                (call $down (local.get 1))
                (if (i32.lt_s (memory.grow (i32.const {})) (i32.const 0)) (then unreachable))
                (if (i32.lt_s (table.grow $table (ref.null func) (i32.const {})) (i32.const 0))
                    (then unreachable))
                (call $__guest_response (i32.const 0) (i32.const 0))
                (i32.const 1)))"#,
        imports(),
        pages - 1,
        elements - 1,
    ));
    let module = engine.compile(&wasm.unwrap()).unwrap();
    let mut guest = start_within(&*module, limits).unwrap();
    let mut host = |_: HostCall<'_>| Reply::error("");
    guest
        .call(Request::new("any", vec![0; depth]), &mut host)
        .is_ok()
}

fn limits(change: impl FnOnce(&mut ResourceLimits)) -> ResourceLimits {
    let mut limits = ResourceLimits::default();
    change(&mut limits);
    limits
}

#[test]
fn a_pool_gives_each_guest_all_that_its_limits_let_it_have_and_no_more() {
    let engine = Wasmtime::builder().pooling(1).build().unwrap();
    for most in [3, 2_048] {
        let limits = limits(|limits| limits.memory_pages = most);
        assert!(has(&engine, &limits, most, 1, 0), "{most} pages");
        assert!(!has(&engine, &limits, most + 1, 1, 0), "{most} pages");
    }
    for most in [3, 100_000, 100_001, 1_000_000] {
        let limits = limits(|limits| limits.table_elements = most);
        assert!(has(&engine, &limits, 1, most, 0), "{most} elements");
        assert!(!has(&engine, &limits, 1, most + 1, 0), "{most} elements");
    }
    // Each frame of these calls has more than 8 and less than 256 bytes.
    for most in [64 << 10, 1 << 20] {
        let limits = limits(|limits| limits.stack_bytes = most);
        assert!(has(&engine, &limits, 1, 1, most / 256), "{most} bytes");
        assert!(!has(&engine, &limits, 1, 1, most / 8), "{most} bytes");
    }
    assert_eq!(engine.allocation(), Allocation::Pool { instances: 1 });
}

#[test]
fn guests_that_may_have_more_than_the_pool_holds_take_no_place_in_it() {
    let engine = Wasmtime::builder().pooling(1).build().unwrap();
    let module = module(&engine, 1);
    // The first guest with this stack size has a higher limit of table elements.
    let stack_bytes = 128 << 10;
    let large = limits(|limits| {
        limits.table_elements = 100_001;
        limits.stack_bytes = stack_bytes;
    });
    let usual = limits(|limits| limits.stack_bytes = stack_bytes);
    let many: Vec<_> = (0..3)
        .map(|_| start_within(&*module, &large).unwrap())
        .collect();
    let one = start_within(&*module, &usual).unwrap();
    assert!(many.iter().chain([&one]).all(PlainGuest::is_alive));
    assert!(matches!(
        start_within(&*module, &usual),
        Err(StartError::Engine { .. })
    ));
}

#[test]
fn a_pool_of_no_instances_is_refused() {
    let engine = Wasmtime::builder().pooling(0).build().unwrap();
    assert_eq!(engine.allocation(), Allocation::OnDemand);
}

#[test]
fn a_pool_for_which_there_are_no_addresses_is_done_without() {
    // 2^32 times 4 GiB are more addresses than a processor has.
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

    /// The variable that is set in a child process with 24 GiB of addresses, enough for a few instances.
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
