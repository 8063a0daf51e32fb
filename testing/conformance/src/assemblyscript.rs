//! The functions that the compiler of AssemblyScript imports by itself, apart from `abort`.

use crate::guests::guest_with_imports;
use crate::harness::{MONOTONIC, REALTIME, TestHost, TestWorld, compile, each_kind, try_compile};
use crate::starts::each_start;
use capwire_wapc::{CallError, CompileError, EmptyWorld, Engine, Guest, ProtocolError, Request};
use capwire_wapc::{ResourceLimits, assemblyscript};
use std::sync::Arc;

const IMPORTS: &str = r#"
    (import "env" "seed" (func $seed (result f64)))
    (import "env" "trace" (func $trace (param i32 i32 f64 f64 f64 f64 f64)))
    (import "env" "console.assert" (func $assert (param i32 i32)))
    (import "env" "console.log" (func $log (param i32)))
    (import "env" "console.debug" (func $debug (param i32)))
    (import "env" "console.info" (func $info (param i32)))
    (import "env" "console.warn" (func $warn (param i32)))
    (import "env" "console.error" (func $error (param i32)))
    (import "env" "Date.now" (func $date (result f64)))
    (import "env" "performance.now" (func $performance (result f64)))
    (import "Date" "now" (func $now (result f64)))"#;

/// The text `hi`, with its length in bytes before it.
const HI: &str = r#"(data (i32.const 0xfc) "\04\00\00\00h\00i\00")"#;

fn guest(body: &str, more: &str) -> String {
    guest_with_imports(IMPORTS, body, &format!("{HI} {more}"))
}

/// A guest that answers with the number of this call, as the 8 bytes of an `f64`.
fn number(call: &str) -> String {
    let body = format!(
        "(f64.store (i32.const 8) (call {call}))
         (call $__guest_response (i32.const 8) (i32.const 8)) (i32.const 1)"
    );
    guest(&body, "")
}

/// `Math.random()` is seeded from the world's randomness, with the same seed in the same world. The
/// seed's bits are never all zero.
pub fn seed_g2(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        // Eight random bytes of 4, of which 52 bits are used.
        let seed = f64::from_bits((0x3ff << 52) | (0x0404_0404_0404_0404 >> 12));
        let mut guest = setup.guest(&number("$seed"));
        for _ in 0..2 {
            assert_eq!(guest.call("seed", "").unwrap(), seed.to_le_bytes()[..]);
        }
    });
    let (module, limits) = (compile(engine, &number("$seed")), ResourceLimits::default());
    let (world, host) = (Arc::new(EmptyWorld), &mut TestHost::default());
    let mut guest = Guest::start_with(&*module, &limits, world, host).unwrap();
    let seed = guest.call_with(Request::new("seed", ""), host).unwrap();
    assert_eq!(seed, 1.0_f64.to_le_bytes()[..]);
}

/// The clocks are the world's, in milliseconds.
pub fn clocks(engine: &dyn Engine) {
    let real = (REALTIME / 1_000_000) as f64;
    let monotonic = MONOTONIC as f64 / 1e6;
    each_kind(engine, |setup| {
        for (call, time) in [("$date", real), ("$now", real), ("$performance", monotonic)] {
            let mut guest = setup.guest(&number(call));
            assert_eq!(guest.call("time", "").unwrap(), time.to_le_bytes()[..]);
        }
    });
}

/// Texts and traces are lines of the console.
pub fn console(engine: &dyn Engine) {
    let numbers = "(f64.const 1) (f64.const -2.5) (f64.const 3) (f64.const 4) (f64.const 5)";
    let body = format!(
        "(call $log (i32.const 0x100)) (call $debug (i32.const 0x100))
         (call $info (i32.const 0x100)) (call $warn (i32.const 0x100))
         (call $error (i32.const 0x100)) (call $log (i32.const 0))
         (call $assert (i32.const 1) (i32.const 0x100))
         (call $assert (i32.const 0) (i32.const 0x100))
         (call $trace (i32.const 0x100) (i32.const 0) {numbers})
         (call $trace (i32.const 0x100) (i32.const 2) {numbers})
         (call $trace (i32.const 0x100) (i32.const -1) {numbers})
         (i32.const 0)"
    );
    let lines = ["hi", "hi", "hi", "hi", "hi", "", "assertion failed: hi"];
    let traces = [
        "trace: hi",
        "trace: hi 1, -2.5",
        "trace: hi 1, -2.5, 3, 4, 5",
    ];
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(&body, ""));
        guest.call("print", "").unwrap_err();
        let printed = guest.world.lines();
        assert_eq!(printed[..7], lines);
        assert_eq!(printed[7..], traces);
    });
}

/// They work in start functions.
pub fn start(engine: &dyn Engine) {
    let body = "(call $log (i32.const 0x100)) (drop (call $seed))";
    each_kind(engine, |setup| {
        for start in each_start(body) {
            let world = Arc::<TestWorld>::default();
            let wat = guest("(i32.const 0)", &start);
            setup
                .start_in(&wat, &mut TestHost::default(), Arc::clone(&world))
                .unwrap();
            assert_eq!(world.lines(), ["hi"]);
        }
    });
}

/// Pointers are checked.
pub fn bad_pointers(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for pointer in [1, 0x40001, 0x40005, -1, i64::from(i32::MIN)] {
            let wat = guest(
                &format!("(call $log (i32.const {pointer})) (i32.const 1)"),
                "",
            );
            let mut guest = setup.guest(&wat);
            match guest.call("print", "").unwrap_err() {
                CallError::Protocol(ProtocolError::OutOfBounds { .. }) => {}
                other => panic!("{pointer}: {other:?}"),
            }
            assert!(!guest.is_alive());
        }
    });
}

/// A function of another type is an unknown import.
pub fn wrong_types(engine: &dyn Engine) {
    for function in &assemblyscript::FUNCTIONS {
        let (namespace, name) = (function.namespace, function.name);
        let import = format!(r#"(import "{namespace}" "{name}" (func (param i64)))"#);
        let error = try_compile(engine, &guest_with_imports(&import, "(i32.const 0)", ""));
        match error.unwrap_err() {
            CompileError::UnknownImport { name: named, .. } => assert_eq!(named, name),
            other => panic!("{name}: {other:?}"),
        }
    }
}
