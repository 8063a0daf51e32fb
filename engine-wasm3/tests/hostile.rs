//! Tests hostile modules that are written for the internals of wasm3 or of this crate.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use capwire_conformance::guests::imports;
use capwire_engine_wasm3::Wasm3;
use capwire_scaffold::Slices;
use capwire_wapc::{
    CallError, CompileError, EmptyWorld, Engine, Guest, LimitError, Module, NoEntropy, PlainGuest,
    Reply, Request, ResourceLimits, StartError, StartStep, Step, TrapKind, World,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

/// Maximum number of slices, so that an endless guest ends.
const SLICES: u32 = 200;

/// Returns a guest with these fields. Its `__guest_call` runs `body` and responds with the resulting `i32`.
fn module(body: &str, fields: &str) -> String {
    format!(
        r#"(module {} (memory (export "memory") 1) {fields}
            (func $body (result i32) {body})
            (func (export "__guest_call") (param i32 i32) (result i32)
                (i32.store (i32.const 0) (call $body))
                (call $__guest_response (i32.const 0) (i32.const 4))
                (i32.const 1)))"#,
        imports()
    )
}

fn compile(wat: &str) -> Result<Arc<dyn Module>, CompileError> {
    Wasm3::new().unwrap().compile(&wat::parse_str(wat).unwrap())
}

fn start(wat: &str) -> Result<PlainGuest, StartError> {
    capwire_scaffold::start(&*compile(wat).unwrap())
}

fn call(guest: &mut PlainGuest) -> Result<u32, CallError> {
    let response = guest.call(Request::new("any", ""), &mut Slices::at_most(SLICES))?;
    Ok(u32::from_le_bytes(response[..].try_into().unwrap()))
}

fn run(body: &str, fields: &str) -> Result<u32, CallError> {
    call(&mut start(&module(body, fields)).unwrap())
}

fn limit(result: &Result<u32, CallError>) -> Option<LimitError> {
    result.as_ref().err().and_then(CallError::limit)
}

fn assert_trap(result: Result<u32, CallError>, kind: TrapKind) {
    match result {
        Err(CallError::Trap(trap)) => assert_eq!(trap.kind(), kind),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_modules_own_exports_do_not_replace_those_of_the_engine() {
    let import = r#"(module (import "capwire" "slice_ended" (func)) (memory (export "memory") 1)
        (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 0)))"#;
    assert!(matches!(
        compile(import),
        Err(CompileError::UnknownImport { .. })
    ));
    let exports = r#"
        (global (export "fuel") (mut i32) (i32.const 0x7fffffff))
        (func (export "function 2") (result i32) (unreachable))
        (func (export "function 3") (result i32) (unreachable))"#;
    assert_eq!(run("(i32.const 7)", exports).unwrap(), 7);
    let spins = run("(loop $again (br $again)) unreachable", exports);
    assert_eq!(limit(&spins), Some(LimitError::Interrupted));
}

#[test]
fn globals_after_the_last_are_invalid() {
    // The text format refuses such an index, so the test changes it in the binary.
    let wat = module("(global.get $g)", "(global $g (mut i32) (i32.const 5))");
    let mut wasm = wat::parse_str(wat).unwrap();
    let get = wasm
        .windows(3)
        .rposition(|bytes| bytes == [0x23, 0, 0x0b])
        .unwrap();
    wasm[get + 1] = 1;
    let error = Wasm3::new().unwrap().compile(&wasm).unwrap_err();
    assert!(matches!(error, CompileError::Invalid { .. }));
}

#[test]
fn names_of_other_functions_do_not_matter() {
    // wasm3 finds functions by debug names too.
    let body = module("(i32.const 7)", r#"(func $__guest_call (unreachable))"#);
    assert_eq!(call(&mut start(&body).unwrap()).unwrap(), 7);
}

/// Returns the error of an invalid module.
fn fault(body: &str, fields: &str) -> String {
    match compile(&module(body, fields)) {
        Err(CompileError::Invalid { source, .. }) => source.to_string(),
        other => panic!("{body} {fields}: {other:?}"),
    }
}

#[test]
fn a_module_is_refused_with_the_name_of_the_feature_that_wasm3_lacks() {
    // Each row has a field without the feature, the same field with it, and the feature's name.
    for (supported, unsupported, feature) in [
        (
            "(func (result i32) (call $body))",
            "(func (result i32) (return_call $body))",
            "tail calls",
        ),
        ("(func (param f64))", "(func (param v128))", "SIMD"),
        ("", "(memory 1)", "multiple memories"),
        (
            "(func (local funcref))",
            "(func (local (ref func)))",
            "function references",
        ),
        ("(func)", "(tag $t) (func (throw $t))", "exceptions"),
        (
            "(global funcref (ref.null func))",
            "(global (ref null 0) (ref.null 0))",
            "function references",
        ),
    ] {
        compile(&module("(i32.const 0)", supported)).unwrap();
        let fault = fault("(i32.const 0)", unsupported);
        assert!(fault.contains(feature), "{unsupported}: {fault}");
    }
}

#[test]
fn a_function_too_large_for_wasm3_is_refused_by_compile() {
    let nested = |depth| {
        let (open, close) = ("(block".repeat(depth), ")".repeat(depth));
        format!("{open} {close} (i32.const 0)")
    };
    compile(&module(&nested(200), "")).unwrap();
    let deep = fault(&nested(2_000), "");
    assert!(deep.contains("stack height limit"), "{deep}");

    let locals = |count| format!("(func (local {}))", "i64 ".repeat(count));
    compile(&module("(i32.const 0)", &locals(2_000))).unwrap();
    let wide = fault("(i32.const 0)", &locals(20_000));
    assert!(wide.contains("stack height limit"), "{wide}");
}

#[test]
fn a_maximum_of_zero_is_one() {
    let memory = r#"(module (import "wapc" "__guest_response" (func $response (param i32 i32)))
        (memory (export "memory") 0 0)
        (func (export "__guest_call") (param i32 i32) (result i32)
            (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))"#;
    assert!(matches!(
        call(&mut start(memory).unwrap()),
        Err(CallError::Guest(_))
    ));
    let table = "(table $t 0 0 funcref)";
    let grown = run("(table.grow $t (ref.null func) (i32.const 1))", table).unwrap();
    assert_eq!(grown, u32::MAX);
}

#[test]
fn refused_growth_of_a_table_costs_nothing_of_its_limit() {
    let tables = "(table $small 0 1 funcref) (table $t 0 funcref)";
    let refused = "(drop (table.grow $small (ref.null func) (i32.const 60000)))";
    let granted = "(table.grow $t (ref.null func) (i32.const 60000))";
    assert_eq!(run(&format!("{refused} {granted}"), tables).unwrap(), 0);
    let again = format!("(drop {granted}) {granted}");
    assert_eq!(run(&again, tables).unwrap(), u32::MAX);
}

#[test]
fn segments_out_of_bounds_are_traps_of_the_start() {
    for (fields, kind) in [
        (
            r#"(data (i32.const 65535) "ab")"#,
            TrapKind::MemoryOutOfBounds,
        ),
        (r#"(data (i32.const -1) "a")"#, TrapKind::MemoryOutOfBounds),
        (
            "(table 1 funcref) (elem (i32.const 1) $body)",
            TrapKind::TableOutOfBounds,
        ),
    ] {
        match start(&module("(i32.const 0)", fields)) {
            Err(StartError::Call(CallError::Trap(trap))) => assert_eq!(trap.kind(), kind),
            other => panic!("{fields}: {other:?}"),
        }
    }
}

#[test]
fn every_way_out_of_a_function_gives_its_stack_back() {
    let fields = "
        (func $return (param i32) (result i32 i64) (loop (br_if 0 (i32.const 0)))
            (block (if (local.get 0) (then (return (i32.const 1) (i64.const 2)))))
            (i32.const 3) (i64.const 4))
        (func $branch (param i32) (result i32)
            (block (loop (drop (br_if 2 (i32.const 5) (local.get 0))))) (i32.const 6))
        (func $table (param i32) (result i32)
            (block (result i32) (br_table 0 1 (i32.const 7) (local.get 0))))";
    let body = "(local $i i32) (local $sum i32)
        (loop $again
            (call $return (i32.and (local.get $i) (i32.const 1)))
            drop
            (call $branch (i32.and (local.get $i) (i32.const 1)))
            (call $table (i32.and (local.get $i) (i32.const 1)))
            i32.add i32.add
            (local.set $sum (i32.add (local.get $sum)))
            (br_if $again (i32.lt_u
                (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20000))))
        (local.get $sum)";
    // An odd `$i` adds 1 + 5 + 7, and an even one adds 3 + 6 + 7.
    assert_eq!(run(body, fields).unwrap(), 10_000 * (13 + 16));
}

#[test]
fn recursion_through_anything_is_bounded() {
    let loops = "(loop)".repeat(1_000);
    let wide = "(local.get 0)".repeat(500);
    let drops = "(drop)".repeat(500);
    for (name, inside) in [
        ("plain", String::new()),
        ("loops", loops),
        ("operands", format!("{wide} {drops}")),
    ] {
        let fields = format!(
            "(type $t (func (param i32))) (table 1 funcref) (elem (i32.const 0) $r)
            (func $r (param i32) {inside}
                (call_indirect (type $t) (local.get 0) (i32.const 0)))
            (func $s (param i32) {inside} (call $s (local.get 0)))"
        );
        for function in ["$r", "$s"] {
            let result = run(
                &format!("(call {function} (i32.const 0)) (i32.const 0)"),
                &fields,
            );
            assert_eq!(limit(&result), Some(LimitError::Stack), "{name}");
        }
    }
}

#[test]
fn moving_many_bytes_ends_slices() {
    for body in [
        "(memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))",
        "(memory.copy (i32.const 0) (i32.const 1) (i32.const 65535))",
        "(table.fill $t (i32.const 0) (ref.null func) (i32.const 50000))",
        "(table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 49999))",
    ] {
        let spin = format!("(loop $again {body} (br $again)) unreachable");
        let result = run(&spin, "(table $t 50000 funcref)");
        assert_eq!(limit(&result), Some(LimitError::Interrupted), "{body}");
    }
}

#[test]
fn code_that_is_never_reached_is_no_obstacle() {
    let body = "
        (block (result i32)
            (br 0 (i32.const 7))
            i32.add select (drop (memory.grow)) (memory.fill) (block (br 0) (drop (i64.add))) unreachable
            (if (result i32) (then unreachable return) (else (loop (br 0)) unreachable i32.mul)))
        (if (i32.const 0) (then (return (i32.const 1)) f64.sqrt (drop)) (else nop))
        (block (br_table 0 0 (i32.const 0)) (drop (i32.div_u)))
        (block (br 0) (loop (param i32) drop))";
    assert_eq!(run(body, "").unwrap(), 7);
}

#[test]
fn bulk_instructions_still_do_what_they_do() {
    let body = "
        (memory.init $d (i32.const 16) (i32.const 1) (i32.const 3))
        (memory.copy (i32.const 32) (i32.const 16) (i32.const 3))
        (memory.fill (i32.const 33) (i32.const 9) (i32.const 1))
        (data.drop $d)
        (i32.load (i32.const 32))";
    let result = run(body, r#"(data $d "\01\02\03\04")"#).unwrap();
    assert_eq!(result.to_le_bytes(), [2, 9, 4, 0]);
    let out = "(memory.fill (i32.const 65530) (i32.const 0) (i32.const -1)) (i32.const 0)";
    assert_trap(run(out, ""), TrapKind::MemoryOutOfBounds);
}

#[test]
fn guest_call_may_be_an_import() {
    let wat = r#"(module
        (import "wasi_snapshot_preview1" "args_get" (func $a (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (export "__guest_call" (func $a)))"#;
    // The guest returns 0, which is an error without a message.
    assert!(matches!(
        call(&mut start(wat).unwrap()),
        Err(CallError::Guest(_))
    ));
}

#[test]
fn one_function_may_be_all_start_functions() {
    let wat = r#"(module
        (import "wapc" "__guest_response" (func $response (param i32 i32)))
        (memory (export "memory") 1)
        (global $starts (mut i32) (i32.const 0))
        (func $s (export "_start") (export "_initialize") (export "wapc_init")
            (global.set $starts (i32.add (global.get $starts) (i32.const 1))))
        (start $s)
        (func (export "__guest_call") (param i32 i32) (result i32)
            (i32.store (i32.const 0) (global.get $starts))
            (call $response (i32.const 0) (i32.const 4)) (i32.const 1)))"#;
    assert_eq!(call(&mut start(wat).unwrap()).unwrap(), 4);
}

/// A console that panics.
struct Fragile;

impl World for Fragile {
    fn console(&self, line: &str) {
        panic!("no paper for {line:?}");
    }

    fn realtime(&self) -> Duration {
        Duration::ZERO
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn random(&self, _buffer: &mut [u8]) -> Result<(), NoEntropy> {
        Ok(())
    }
}

#[test]
fn a_panic_of_the_host_unwinds_on_the_hosts_stack() {
    let module = compile(&module(
        "(call $__console_log (i32.const 8) (i32.const 0)) (i32.const 0)",
        "",
    ))
    .unwrap();
    let host = &mut Slices::at_most(SLICES);
    let limits = ResourceLimits::default();
    let mut guest = PlainGuest::start(&*module, &limits, Arc::new(Fragile), host).unwrap();
    let call = || guest.call(Request::new("any", ""), host);
    let panic = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    assert_eq!(panic.downcast_ref::<String>().unwrap(), "no paper for \"\"");
}

#[test]
fn a_guest_suspended_in_deep_calls_moves_between_threads_and_can_be_dropped() {
    let zeros = "(i32.const 0)".repeat(8);
    let wat = format!(
        r#"(module {} (memory (export "memory") 1)
        (func $deep (param i32) (result i32)
            (if (result i32) (local.get 0)
                (then (call $deep (i32.sub (local.get 0) (i32.const 1))))
                (else (call $__host_call {zeros}))))
        (func (export "__guest_call") (param i32 i32) (result i32)
            (call $__guest_response (i32.const 0) (i32.const 0))
            (call $deep (i32.const 500))))"#,
        imports()
    );
    let module = compile(&wat).unwrap();
    for _ in 0..50 {
        let started =
            Guest::start(&*module, &ResourceLimits::default(), Arc::new(EmptyWorld)).unwrap();
        let StartStep::Ready(mut guest) = started else {
            panic!("it has nothing to start");
        };
        let Step::HostCall(pending) = guest.call(Request::new("any", "")).unwrap() else {
            panic!("it calls the host");
        };
        let done = std::thread::scope(|scope| {
            let reply = || matches!(pending.reply(Reply::data("")), Ok(Step::Done(_)));
            scope.spawn(reply).join().unwrap()
        });
        assert!(done);
        let abandoned = guest.call(Request::new("any", "")).unwrap();
        assert!(matches!(abandoned, Step::HostCall(_)));
        drop(abandoned);
        std::thread::spawn(move || drop(guest)).join().unwrap();
    }
}
