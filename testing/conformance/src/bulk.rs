//! Bulk memory instructions that move megabytes, which engines may do in pieces.

use crate::guests::guest;
use crate::harness::{Setup, each_kind};
use capwire_wapc::{CallError, Engine, TrapKind};

/// Eight bytes of a pattern at every eighth byte from `$at`, and how many do not have it.
const PATTERN: &str = "
    (func $value (param $i i32) (result i64)
        (i64.mul (i64.extend_i32_u (local.get $i)) (i64.const 0x9e3779b97f4a7c15)))
    (func $write (param $at i32) (param $count i32) (local $i i32)
        (loop $again
            (i64.store (i32.add (local.get $at) (i32.shl (local.get $i) (i32.const 3)))
                (call $value (local.get $i)))
            (br_if $again (i32.lt_u
                (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count)))))
    (func $wrong (param $at i32) (param $count i32) (result i32) (local $i i32) (local $wrong i32)
        (loop $again
            (local.set $wrong (i32.add (local.get $wrong) (i64.ne
                (i64.load (i32.add (local.get $at) (i32.shl (local.get $i) (i32.const 3))))
                (call $value (local.get $i)))))
            (br_if $again (i32.lt_u
                (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
        (local.get $wrong))";

/// The number of patterns, which is not a multiple of any piece that an engine might process at
/// once.
const COUNT: u32 = 100_003;

/// Overlapping ranges are copied as if through a second memory, in both directions.
pub fn overlapping_copies(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for (from, to) in [
            (1_000, 66_543),
            (66_543, 1_000),
            (1_000, 1_000),
            (9, 2_000_000),
        ] {
            let body = format!(
                "(call $write (i32.const {from}) (i32.const {COUNT}))
                (memory.copy (i32.const {to}) (i32.const {from}) (call $length))
                (call $wrong (i32.const {to}) (i32.const {COUNT}))"
            );
            assert_eq!(run(&setup, &body).unwrap(), 0, "{from} to {to}");
        }
    });
}

/// All bytes are filled, and none beside them.
pub fn fills(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let body = "(local $i i32) (local $sum i32)
            (memory.fill (i32.const 1001) (i32.const 0x101) (call $length))
            (loop $again
                (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $i))))
                (br_if $again (i32.lt_u
                    (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 0x200000))))
            (local.get $sum)";
        assert_eq!(run(&setup, body).unwrap(), COUNT * 8);
    });
}

/// An access out of bounds is a trap, also if the sum of pointer and length overflows 32 bits.
pub fn out_of_bounds(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for instruction in [
            "(memory.fill (i32.const 0) (i32.const 1) (i32.const -1))",
            "(memory.fill (i32.const -8) (i32.const 1) (call $length))",
            "(memory.fill (i32.const 0x300000) (i32.const 1) (i32.const 0x100001))",
            "(memory.copy (i32.const 0) (i32.const -8) (call $length))",
            "(memory.copy (i32.const -8) (i32.const 0) (call $length))",
            "(memory.copy (i32.const 0) (i32.const 0x300000) (i32.const 0x100001))",
            "(memory.copy (i32.const 0x300001) (i32.const 0) (i32.const 0x100000))",
        ] {
            match run(&setup, &format!("{instruction} (i32.const 0)")).unwrap_err() {
                CallError::Trap(trap) => {
                    assert_eq!(trap.kind(), TrapKind::MemoryOutOfBounds, "{instruction}");
                }
                other => panic!("{instruction}: {other:?}"),
            }
        }
    });
}

/// Runs `body` in a guest of 4 MiB, and returns what it leaves.
fn run(setup: &Setup<'_>, body: &str) -> Result<u32, CallError> {
    let call = "(drop (memory.grow (i32.sub (i32.const 64) (memory.size))))
        (i32.store (i32.const 0) (call $body))
        (call $__guest_response (i32.const 0) (i32.const 4)) (i32.const 1)";
    let length = format!("(func $length (result i32) (i32.const {}))", COUNT * 8);
    let fields = format!("{PATTERN} {length} (func $body (result i32) {body})");
    let mut guest = setup.guest(&guest(call, &fields));
    let response = guest.call("bulk", "")?;
    Ok(u32::from_le_bytes(response[..].try_into().unwrap()))
}
