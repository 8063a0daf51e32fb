//! WASI preview 1: the functions themselves are tested where they are; here is what an engine
//! adds.

use crate::guests::guest_with_imports;
use crate::harness::{MONOTONIC, RANDOM, REALTIME, Setup, TestWorld, each_kind, try_compile};
use crate::harness::{TestGuest, TestHost};
use crate::starts::each_start;
use capwire_wapc::{CallError, CompileError, Engine, StartError, TrapKind};
use std::sync::Arc;

const PREVIEW_1: &str = "wasi_snapshot_preview1";
const UNSTABLE: &str = "wasi_unstable";

/// Numbers of errors.
const BAD_DESCRIPTOR: u32 = 8;
const FAULT: u32 = 21;

/// Prints `hello`, a line end and `bye` by one call.
const PRINT: &str = "(drop (call $fd_write
    (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 0)))";
const TEXT: &str = r#"(data (i32.const 16) "\20\00\00\00\09\00\00\00")
    (data (i32.const 32) "hello\nbye")"#;

fn guest(namespace: &str, body: &str, more: &str) -> String {
    let imports: String = [
        ("fd_write", "(param i32 i32 i32 i32) (result i32)"),
        ("clock_time_get", "(param i32 i64 i32) (result i32)"),
        ("random_get", "(param i32 i32) (result i32)"),
        ("args_sizes_get", "(param i32 i32) (result i32)"),
        ("environ_sizes_get", "(param i32 i32) (result i32)"),
        ("fd_prestat_get", "(param i32 i32) (result i32)"),
        ("proc_exit", "(param i32)"),
    ]
    .iter()
    .map(|(name, ty)| format!(r#"(import "{namespace}" "{name}" (func ${name} {ty}))"#))
    .collect();
    guest_with_imports(&imports, body, &format!("{TEXT} {more}"))
}

/// Output is lines of the console; what is unfinished is printed at the end of the call.
pub fn output(engine: &dyn Engine) {
    let body = format!("{PRINT} {PRINT} (i32.const 0)");
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(PREVIEW_1, &body, ""));
        for _ in 0..2 {
            guest.call("print", "").unwrap_err();
            assert_eq!(guest.world.lines(), ["hello", "byehello", "bye"]);
        }
    });
}

/// Also when the call ends by a trap or an exit: a panic's message may have no line end. It is
/// what the guest said of it.
pub fn output_before_the_end(engine: &dyn Engine) {
    for end in ["unreachable", "(call $proc_exit (i32.const 1)) unreachable"] {
        let body = format!("{PRINT} {end}");
        each_kind(engine, |setup| {
            let mut guest = setup.guest(&guest(PREVIEW_1, &body, ""));
            match guest.call("print", "").unwrap_err() {
                CallError::Trap(trap) => assert_eq!(trap.said(), Some("hello\nbye")),
                other => panic!("{other:?}"),
            }
            assert_eq!(guest.world.lines(), ["hello", "bye"]);
        });
    }
}

/// Start functions print as calls do, even if they fail.
pub fn output_in_start(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for end in ["", "unreachable"] {
            for start in each_start(&format!("{PRINT} {end}")) {
                let world = Arc::<TestWorld>::default();
                let wat = guest(PREVIEW_1, "(i32.const 0)", &start);
                let host = &mut TestHost::default();
                let started = setup.start_in(&wat, host, Arc::clone(&world));
                assert_eq!(started.is_ok(), end.is_empty());
                assert_eq!(world.lines(), ["hello", "bye"]);
            }
        }
    });
}

/// Clocks and randomness are those of the guest's world.
pub fn clock_and_random(engine: &dyn Engine) {
    let body = "
        (drop (call $clock_time_get (i32.const 0) (i64.const 1) (i32.const 64)))
        (drop (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 72)))
        (drop (call $random_get (i32.const 80) (i32.const 8)))
        (call $__guest_response (i32.const 64) (i32.const 24)) (i32.const 1)";
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(PREVIEW_1, body, ""));
        let expected = [REALTIME.to_le_bytes(), MONOTONIC.to_le_bytes(), [RANDOM; 8]];
        assert_eq!(guest.call("ask", "").unwrap(), expected.concat());
    });
}

/// An exit in a call, whatever its code, is a trap.
pub fn exit_in_call(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for code in [0, 3, u32::MAX] {
            let body = format!("(call $proc_exit (i32.const {code})) (i32.const 1)");
            let mut guest = setup.guest(&guest(PREVIEW_1, &body, ""));
            assert_exit(&guest.call("exit", "").unwrap_err(), code);
            assert!(!guest.is_alive());
        }
    });
}

/// An exit with code 0 ends that start function well, and the next one runs; any other code
/// fails the start.
pub fn exit_in_start(engine: &dyn Engine) {
    let log = r#"(func (export "wapc_init")
        (call $__console_log (i32.const 32) (i32.const 5)))"#;
    each_kind(engine, |setup| {
        for code in [0, 1] {
            let [section, start, initialize, init] =
                each_start(&format!("(call $proc_exit (i32.const {code})) unreachable"));
            for exits in [section + log, start + log, initialize + log, init] {
                assert_start_exits(&setup, &exits, code);
            }
        }
    });
}

/// Calls see the effects of a reactor's `_initialize`.
pub fn reactor(engine: &dyn Engine) {
    let body = "(call $__guest_response (i32.const 64) (i32.const 1)) (i32.const 1)";
    let initialize = r#"(func (export "_initialize")
        (drop (call $random_get (i32.const 64) (i32.const 1))))"#;
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(PREVIEW_1, body, initialize));
        assert_eq!(guest.call("any", "").unwrap(), [RANDOM][..]);
    });
}

/// There are no arguments, no environment and no directories, in either namespace.
pub fn empty_world(engine: &dyn Engine) {
    let store = |at: u32, call: &str| format!("(i32.store (i32.const {at}) (call {call}))");
    let body = [
        store(64, "$args_sizes_get (i32.const 128) (i32.const 132)"),
        store(68, "$environ_sizes_get (i32.const 128) (i32.const 132)"),
        store(72, "$fd_prestat_get (i32.const 3) (i32.const 128)"),
        "(call $__guest_response (i32.const 64) (i32.const 12)) (i32.const 1)".to_owned(),
    ]
    .concat();
    each_kind(engine, |setup| {
        for namespace in [PREVIEW_1, UNSTABLE] {
            let mut guest = setup.guest(&guest(namespace, &body, ""));
            assert_words(&mut guest, [0, 0, BAD_DESCRIPTOR]);
        }
    });
}

/// A bad pointer is an error number, as WASI has it, and harms nobody.
pub fn bad_pointers(engine: &dyn Engine) {
    let store = |at: u32, call: &str| format!("(i32.store (i32.const {at}) (call {call}))");
    let body = [
        store(
            64,
            "$fd_write (i32.const 1) (i32.const -1) (i32.const 1) (i32.const 0)",
        ),
        store(68, "$random_get (i32.const 262143) (i32.const 2)"),
        store(
            72,
            "$clock_time_get (i32.const 0) (i64.const 0) (i32.const -8)",
        ),
        "(call $__guest_response (i32.const 64) (i32.const 12)) (i32.const 1)".to_owned(),
    ]
    .concat();
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(PREVIEW_1, &body, ""));
        assert_words(&mut guest, [FAULT; 3]);
        assert!(guest.is_alive());
    });
}

/// Functions that WASI has not, or has with another type, are unknown imports.
pub fn wrong_imports(engine: &dyn Engine) {
    for (name, ty) in [
        ("fd_fly", "(func)"),
        ("fd_write", "(func (param i32 i32 i32) (result i32))"),
        ("proc_exit", "(func (param i32) (result i32))"),
        ("random_get", "(global i32)"),
    ] {
        let import = format!(r#"(import "{PREVIEW_1}" "{name}" {ty})"#);
        match try_compile(engine, &guest_with_imports(&import, "(i32.const 0)", "")) {
            Err(CompileError::UnknownImport { name: named, .. }) => assert_eq!(named, name),
            other => panic!("{other:?}"),
        }
    }
}

fn assert_start_exits(setup: &Setup<'_>, start: &str, code: u32) {
    let started = setup.start(&guest(PREVIEW_1, "(i32.const 0)", start));
    match (started, code) {
        (Ok(mut guest), 0) => {
            let logged = start.contains("__console_log");
            assert_eq!(guest.world.lines().len(), usize::from(logged));
            guest.call("any", "").unwrap_err();
            assert!(guest.is_alive());
        }
        (Err(StartError::Call(error)), 1) => assert_exit(&error, 1),
        (started, _) => panic!("exit with {code}: {:?}", started.err()),
    }
}

fn assert_exit(error: &CallError, code: u32) {
    match error {
        CallError::Trap(trap) => assert_eq!(trap.kind(), TrapKind::Exit(code)),
        other => panic!("{other:?}"),
    }
}

fn assert_words(guest: &mut TestGuest, expected: [u32; 3]) {
    let response = guest.call("ask", "").unwrap();
    assert_eq!(response, expected.map(u32::to_le_bytes).concat());
}
