//! Tests of this engine's own behaviour: slices are amounts of fuel.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use capwire_conformance::guests::imports;
use capwire_engine_wasmi::{Translation, Wasmi};
use capwire_scaffold::Slices;
use capwire_wapc::{
    CallError, CompileError, EmptyWorld, Engine, LimitError, NoEntropy, PlainGuest, Request,
    ResourceLimits, TrapKind, World,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// Returns a guest that runs `body` when it is called.
fn guest(engine: Wasmi, body: &str, world: Arc<dyn World>) -> PlainGuest {
    let wasm = wat::parse_str(format!(
        r#"(module
            {}
            (import "wasi_snapshot_preview1" "random_get"
                (func $random (param i32 i32) (result i32)))
            (memory (export "memory") 16)
            (table $table 0 funcref)
            (func (export "__guest_call") (param i32 i32) (result i32)
                (local $i i32)
                {body}
                (call $__guest_response (i32.const 0) (i32.const 0))
                (i32.const 1)))"#,
        imports()
    ))
    .unwrap();
    let module = engine.compile(&wasm).unwrap();
    let mut host = Slices::at_most(1);
    PlainGuest::start(&*module, &ResourceLimits::default(), world, &mut host).unwrap()
}

const COUNT: &str = "(loop $again
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if $again (i32.lt_u (local.get $i) (i32.const 100000))))";

fn slices_of_counting(engine: Wasmi) -> u32 {
    let mut guest = guest(engine, COUNT, Arc::new(EmptyWorld));
    let mut host = Slices::at_most(u32::MAX);
    guest.call(Request::new("count", ""), &mut host).unwrap();
    host.ended()
}

#[test]
fn the_same_guest_takes_the_same_slices() {
    let engine = Wasmi::new().fuel_per_millisecond(1_000);
    let slices = slices_of_counting(engine);
    assert!(slices >= 100, "{slices}");
    assert_eq!(slices_of_counting(engine), slices);
}

#[test]
fn translation_takes_no_fuel() {
    let engine = Wasmi::new().fuel_per_millisecond(10);
    let lazy = engine.translation(Translation::Lazy);
    assert_eq!(slices_of_counting(engine), slices_of_counting(lazy));
}

#[test]
fn lazily_translated_code_is_validated_at_compilation() {
    let wasm = wat::parse_str(
        r#"(module
            (memory (export "memory") 1)
            (func (result i32))
            (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))"#,
    );
    let refused = Wasmi::new()
        .translation(Translation::Lazy)
        .compile(&wasm.unwrap());
    assert!(
        matches!(refused, Err(CompileError::Invalid { .. })),
        "{refused:?}"
    );
}

/// wasmi cannot translate this function: it has too many values on its stack at a time.
#[test]
fn functions_that_take_long_to_translate_are_translated_ahead() {
    let lazy = Wasmi::new().translation(Translation::Lazy);
    let compile = |values: usize| {
        let wat = format!(
            r#"(module (memory (export "memory") 1) (func {} {})
                (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))"#,
            "(memory.size)".repeat(values),
            "(drop)".repeat(values)
        );
        lazy.compile(&wat::parse_str(wat).unwrap())
    };
    assert!(compile(42_000).is_ok(), "126 KB wait for a call");
    assert!(compile(70_000).is_err(), "210 KB do not");
}

#[test]
fn a_slice_has_as_much_fuel_as_was_set() {
    let [one, two] = [1_000, 2_000].map(|fuel| Wasmi::new().fuel_per_millisecond(fuel));
    let (one, two) = (slices_of_counting(one), slices_of_counting(two));
    assert!((one / 2).abs_diff(two) <= 1, "{one} and {two}");
}

#[test]
fn a_step_that_costs_more_than_a_slice_is_made_nevertheless() {
    let engine = Wasmi::new().fuel_per_millisecond(10);
    let fill = "(memory.fill (i32.const 0) (i32.const 7) (i32.const 1000000))";
    let mut guest = guest(engine, fill, Arc::new(EmptyWorld));
    let mut host = Slices::at_most(100);
    guest.call(Request::new("fill", ""), &mut host).unwrap();
    assert!(host.ended() > 0);
}

/// A world that counts its calls and does nothing else.
#[derive(Default)]
struct Deeds(AtomicU32);

impl World for Deeds {
    fn console(&self, _line: &str) {
        self.0.fetch_add(1, Relaxed);
    }

    fn realtime(&self) -> Duration {
        Duration::ZERO
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn random(&self, _buffer: &mut [u8]) -> Result<(), NoEntropy> {
        self.0.fetch_add(1, Relaxed);
        Ok(())
    }
}

#[test]
fn bytes_that_imports_move_take_fuel_from_the_slice() {
    let megabyte = "(i32.const 0) (i32.const 1000000)";
    for (call, times) in [
        (format!("(call $__console_log {megabyte})"), 2..=8),
        (format!("(drop (call $random {megabyte}))"), 1..=2),
    ] {
        let world = Arc::new(Deeds::default());
        let engine = Wasmi::new().fuel_per_millisecond(500_000);
        let again = format!("(loop $again {call} (br $again))");
        let mut guest = guest(engine, &again, Arc::clone(&world) as Arc<dyn World>);
        let result = guest.call(Request::new("move", ""), &mut Slices::at_most(1));
        let Some(LimitError::Interrupted) = result.as_ref().err().and_then(CallError::limit) else {
            panic!("{result:?}");
        };
        let deeds = world.0.load(Relaxed);
        assert!(times.contains(&deeds), "{deeds} times {call}");
    }
}

#[test]
fn a_table_that_grows_without_fuel_is_a_trap_and_no_wrong_result() {
    let engine = Wasmi::new().fuel_per_millisecond(100);
    let grow = "(drop (table.grow $table (ref.null func) (i32.const 90000)))";
    let mut guest = guest(engine, grow, Arc::new(EmptyWorld));
    match guest.call(Request::new("grow", ""), &mut Slices::at_most(100)) {
        Err(CallError::Trap(trap)) => assert_eq!(trap.kind(), TrapKind::Other),
        other => panic!("{other:?}"),
    }
    assert!(!guest.is_alive());
}
