//! Code for which an engine computed a wrong result.

use crate::guests::guest;
use crate::harness::each_kind;
use capwire_wapc::Engine;
use std::fmt::Write;

/// `select` takes the value that any kind of condition says.
pub fn selects(engine: &dyn Engine) {
    check(engine, |arms, condition| {
        format!("{} {} {condition} select", arms.yes, arms.no)
    });
    check(engine, |arms, condition| {
        let ty = arms.ty;
        format!("{} {} {condition} select (result {ty})", arms.yes, arms.no)
    });
}

/// `if` and `br_if` go where any kind of condition says.
pub fn branches(engine: &dyn Engine) {
    check(engine, |arms, condition| {
        let Arms { ty, yes, no, .. } = arms;
        format!("{condition} if (result {ty}) {yes} else {no} end")
    });
    check(engine, |arms, condition| {
        let Arms { ty, yes, no, .. } = arms;
        format!("block (result {ty}) {yes} {condition} br_if 0 drop {no} end")
    });
}

/// Whatever instruction a guest repeats, it takes none of its host's stack. Interpreters that go from
/// one instruction to the next by a call need that to be a jump, in each of them.
pub fn repeated_instructions(engine: &dyn Engine) {
    for instruction in [
        "(drop (memory.grow (i32.const 0)))",
        "(drop (table.grow $table (ref.null func) (i32.const 0)))",
        "(memory.fill (i32.const 0) (i32.const 0) (i32.const 1))",
        "(memory.copy (i32.const 0) (i32.const 8) (i32.and (local.get $i) (i32.const 7)))",
        "(table.fill $table (i32.const 0) (ref.null func) (i32.const 1))",
        "(table.set $table (i32.const 0) (table.get $table (i32.const 0)))",
        "(call $nothing)",
        "(call_indirect $table (i32.const 1))",
        "(block (result i32) (br_table 0 0 (local.get $i) (local.get $i))) drop",
        "(block (result i32 i64) (br_table 0 0 (local.get $i) (i64.const 0) (local.get $i)))
            drop drop",
        "(drop (f64.nearest (f64.convert_i32_u (local.get $i))))",
        "(drop (memory.size)) (drop (table.size $table))",
    ] {
        let body = format!(
            "(loop $again {instruction} (br_if $again (i32.lt_u
                (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 300000))))
            (call $__guest_response (i32.const 0) (i32.const 0)) (i32.const 1)"
        );
        let fields = "(table $table 2 funcref) (elem (i32.const 1) $nothing) (func $nothing)";
        each_kind(engine, |setup| {
            let mut guest = setup.guest(&guest(&body, fields));
            guest.call("repeat", "").expect(instruction);
        });
    }
}

/// A value that was taken from a local stays what it was when code in a block that takes other values
/// changes the local, however often that code is run.
pub fn values_below_blocks(engine: &dyn Engine) {
    for block in [
        "(if (param i32) (local.get $c) (then drop {change}) (else drop))",
        "(block $out (param i32) drop (br_if $out (i32.eqz (local.get $c))) {change})",
        "(loop $again (param i32) drop {change}
            (local.set $c (i32.sub (local.get $c) (i32.const 1)))
            (i32.load (i32.const 0)) (br_if $again (i32.gt_s (local.get $c) (i32.const 0)))
            drop)",
    ] {
        let change = "(local.set $x (i32.add (local.get $x) (i32.const 1)))";
        let block = block.replace("{change}", change);
        let fields = format!(
            "(func $below (param $c i32) (param $x i32) (result i32)
                (local.get $x) (i32.load (i32.const 0)) {block})"
        );
        let calls: String = (0..3)
            .map(|c| format!("(i32.add (call $below (i32.const {c}) (i32.const 77)))"))
            .collect();
        let body = format!(
            "(i32.const 0) (i32.const 0) {calls} (i32.store)
            (call $__guest_response (i32.const 0) (i32.const 4)) (i32.const 1)"
        );
        each_kind(engine, |setup| {
            let mut guest = setup.guest(&guest(&body, &fields));
            let answer = guest.call("values", "").expect(&block);
            assert_eq!(answer, 231_u32.to_le_bytes()[..], "{block}");
        });
    }
}

/// A loop that takes values gets those of each round, however it is gone back to, and whatever else
/// there is on the stack.
pub fn loops_with_values(engine: &dyn Engine) {
    for (ty, narrow) in [
        ("i32", "i32.add (i32.const 0)"),
        ("i64", "i32.wrap_i64"),
        ("f32", "i32.trunc_f32_u"),
        ("f64", "i32.trunc_f64_u"),
    ] {
        for again in [
            "(br $again)",
            "(br_if $again (i32.const 1)) unreachable",
            "(br_table $again (i32.const 0))",
            "(br_table $out $again (i32.const 1))",
        ] {
            let fields = format!(
                "(func $rounds (result i32) (local $i i32) (local $v {ty})
                    (block $out (result i32 {ty}) (i32.const 0) ({ty}.const 1)
                        (loop $again (param i32 {ty})
                            (local.set $v) (local.set $i)
                            (if (i32.eq (local.get $i) (i32.const 5))
                                (then (return ({narrow} (local.get $v)))))
                            (i64.const 7)
                            (i32.add (local.get $i) (i32.const 1))
                            ({ty}.add (local.get $v) ({ty}.const 3))
                            {again})
                        unreachable)
                    unreachable)"
            );
            let body = "(i32.store (i32.const 0) (call $rounds))
                (call $__guest_response (i32.const 0) (i32.const 4)) (i32.const 1)";
            each_kind(engine, |setup| {
                let mut guest = setup.guest(&guest(body, &fields));
                let answer = guest.call("rounds", "").expect(again);
                assert_eq!(answer, 16_u32.to_le_bytes()[..], "{ty} {again}");
            });
        }
    }
}

/// An expression of `$x`, and when it holds.
struct Condition {
    code: &'static str,
    holds: fn(i32) -> bool,
}

/// Two values of one type, in code as well as in numbers.
struct Arms {
    ty: &'static str,
    /// From the type to `i32`.
    narrow: &'static str,
    yes: &'static str,
    no: &'static str,
    values: fn(i32) -> [i32; 2],
}

const CONDITIONS: &[Condition] = &[
    condition("local.get $x", |x| x != 0),
    condition("local.get $x i32.eqz", |x| x == 0),
    condition("local.get $x i32.const 0 i32.eq", |x| x == 0),
    condition("i32.const 0 local.get $x i32.eq", |x| x == 0),
    condition("local.get $x i32.const 0 i32.ne", |x| x != 0),
    condition("i32.const 0 local.get $x i32.ne", |x| x != 0),
    condition("local.get $x i32.eqz i32.eqz", |x| x != 0),
    condition("local.get $x i32.const 0 i32.ne i32.eqz", |x| x == 0),
    condition("local.get $x i32.eqz nop", |x| x == 0),
    condition("local.get $x i32.eqz i32.const 32 i32.shl", |x| x == 0),
    condition("block (result i32) local.get $x i32.eqz end", |x| x == 0),
    condition("local.get $x i32.eqz local.tee $z", |x| x == 0),
    condition("local.get $x i32.const 3 i32.eq", |x| x == 3),
    condition("local.get $x i32.const 2 i32.lt_u", |x| x < 2),
    condition("local.get $x i32.const 2 i32.and", |x| x & 2 != 0),
    condition("local.get $x i32.const 2 i32.and i32.eqz", |x| x & 2 == 0),
    condition("i32.const 0 i32.load8_u i32.eqz", |x| x == 0),
    condition("local.get $x i64.extend_i32_u i64.eqz", |x| x == 0),
    condition(
        "local.get $x i32.const 0 i32.ne i64.extend_i32_u i64.eqz",
        |x| x == 0,
    ),
    condition("local.get $x f32.convert_i32_s f32.const 0 f32.ne", |x| {
        x != 0
    }),
    condition("local.get $f ref.is_null", |x| x == 0),
];

const ARMS: &[Arms] = &[
    i32_arms("i32.const 7", "i32.const 9", |_| [7, 9]),
    i32_arms("i32.const 1", "local.get $x", |x| [1, x]),
    i32_arms("local.get $x", "i32.const 1", |x| [x, 1]),
    i32_arms("local.get $y", "local.get $x", |x| [100, x]),
    i32_arms("local.get $y i32.popcnt", "i32.const 9", |_| [3, 9]),
    i32_arms("i32.const 9", "local.get $y i32.popcnt", |_| [9, 3]),
    Arms {
        ty: "i64",
        narrow: "i32.wrap_i64",
        yes: "i64.const 7",
        no: "local.get $x i64.extend_i32_s",
        values: |x| [7, x],
    },
    Arms {
        ty: "f32",
        narrow: "i32.trunc_f32_s",
        yes: "f32.const 7",
        no: "local.get $x f32.convert_i32_s",
        values: |x| [7, x],
    },
    Arms {
        ty: "f64",
        narrow: "i32.trunc_f64_s",
        yes: "local.get $x f64.convert_i32_s",
        no: "f64.const 7",
        values: |x| [x, 7],
    },
];

const fn condition(code: &'static str, holds: fn(i32) -> bool) -> Condition {
    Condition { code, holds }
}

const fn i32_arms(yes: &'static str, no: &'static str, values: fn(i32) -> [i32; 2]) -> Arms {
    Arms {
        ty: "i32",
        narrow: "",
        yes,
        no,
        values,
    }
}

/// Runs a guest that chooses between all arms by all conditions for some `$x`.
fn check(engine: &dyn Engine, choose: impl Fn(&Arms, &str) -> String) {
    let functions: Vec<(String, &Condition, &Arms)> = CONDITIONS
        .iter()
        .flat_map(|condition| ARMS.iter().map(move |arms| (condition, arms)))
        .map(|(condition, arms)| (choose(arms, condition.code), condition, arms))
        .collect();
    let wat = module(functions.iter().map(|(code, _, arms)| (&**code, *arms)));
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&wat);
        for x in [0, 1, 2, 3, 4, 127] {
            let response = guest.call("choose", vec![x]).unwrap();
            let chosen = response.chunks_exact(4);
            assert_eq!(chosen.len(), functions.len());
            for (chosen, (code, condition, arms)) in chosen.zip(&functions) {
                let chosen = i32::from_le_bytes(chosen.try_into().unwrap());
                let [yes, no] = (arms.values)(x.into());
                let right = if (condition.holds)(x.into()) { yes } else { no };
                assert_eq!(chosen, right, "x = {x}: {code}");
            }
        }
    });
}

/// A guest that takes `$x` as one byte, and answers with what each function makes of it.
fn module<'a>(functions: impl Iterator<Item = (&'a str, &'a Arms)>) -> String {
    let (mut calls, mut more) = (String::new(), String::new());
    let mut length = 0;
    for (index, (code, arms)) in functions.enumerate() {
        write!(
            calls,
            "(i32.store offset={} (i32.const 1024) (call $f{index} (i32.load8_u (i32.const 0))))",
            4 * index
        )
        .unwrap();
        write!(
            more,
            "(func $f{index} (param $x i32) (result i32)
               (local $y i32) (local $z i32) (local $f funcref)
               (local.set $y (i32.const 100))
               (if (local.get $x) (then (local.set $f (ref.func $f0))))
               {code} {})",
            arms.narrow
        )
        .unwrap();
        length += 4;
    }
    let body = format!(
        "(call $__guest_request (i32.const 512) (i32.const 0))
         {calls}
         (call $__guest_response (i32.const 1024) (i32.const {length}))
         (i32.const 1)"
    );
    guest(&body, &format!("{more} (elem declare func $f0)"))
}
