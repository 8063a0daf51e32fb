//! Modules whose compile cost for Cranelift is too high.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_wapc::CompileError;
use capwire_wapc_rewrite::Plan;

/// The plan of wasmtime.
const PLAN: Plan = Plan::new("test")
    .bounded_bulk()
    .interrupt_points()
    .cranelift_cost();

/// Returns a module whose second function has `locals` locals and the given code. The first one returns a
/// hundred values, the most that module limits allow.
fn module(locals: usize, code: &str) -> Vec<u8> {
    let (many, locals) = ("i32 ".repeat(100), "i32 ".repeat(locals));
    let wat = format!(
        r#"(module (type $many (func (result {many}))) (type $none (func))
            (table 1 funcref) (elem func) (data "")
            (memory 1)
            (func $many (type $many) unreachable)
            (func (param i32) (local {locals}) {code}))"#
    );
    wat::parse_str(wat).expect("text of a module")
}

/// Returns the count that exceeds its limit, or `None` if the module is accepted.
fn refused(locals: usize, code: &str) -> Option<&'static str> {
    refused_module(&module(locals, code))
}

fn refused_module(wasm: &[u8]) -> Option<&'static str> {
    match PLAN.apply(wasm) {
        Err(CompileError::TooCostly {
            what, count, most, ..
        }) => {
            assert!(count > most, "{count} are at most {most}");
            Some(what)
        }
        Err(other) => panic!("{other}"),
        Ok(_) => None,
    }
}

const COST: Option<&str> = Some("units of estimated compile cost");

/// Repeats the code for each local.
fn each(locals: usize, code: impl Fn(usize) -> String) -> String {
    (1..=locals).map(code).collect()
}

fn set_each(locals: usize) -> String {
    each(locals, |local| format!("local.get 0 local.set {local} "))
}

fn change_each(locals: usize) -> String {
    each(locals, |local| {
        format!("local.get {local} i32.eqz local.set {local} ")
    })
}

fn get_each(locals: usize) -> String {
    each(locals, |local| format!("local.get {local} drop "))
}

fn nested_loops(loops: usize) -> String {
    let begin = "loop ".repeat(loops);
    format!("{begin} {} ", "local.get 0 br_if 0 end ".repeat(loops))
}

/// 300 nested loops in 7 KB took 40 seconds.
#[test]
fn nested_loops_are_limited() {
    assert_eq!(refused(0, &nested_loops(32)), None);
    assert_eq!(refused(0, &nested_loops(32).repeat(3)), None);
    assert_eq!(refused(0, &nested_loops(33)), Some("nested loops"));
}

/// Each variable is used once, so it is alive for a short time, but it has an entry for each block.
#[test]
fn variables_times_blocks_are_limited() {
    let used_once = |locals, blocks| {
        let blocks = "block end ".repeat(blocks);
        refused(locals, &(get_each(locals) + &blocks))
    };
    assert_eq!(used_once(2_000, 5_000), None);
    let what = Some("variables times blocks in one function");
    assert_eq!(used_once(10_000, 5_000), what);
}

/// 40,000 conditions in 430 KB took nine gigabytes.
#[test]
fn blocks_in_one_function_cost_their_square() {
    let conditions = "local.get 0 if (result i32) i32.const 1 else i32.const 2 end drop ";
    assert_eq!(refused(0, &conditions.repeat(4_000)), None);
    assert_eq!(refused(0, &conditions.repeat(40_000)), COST);
}

#[test]
fn blocks_in_many_functions_cost_less() {
    let functions = |count: usize| {
        let function = format!("(func {})", "block end ".repeat(5_000));
        wat::parse_str(format!("(module {})", function.repeat(count))).expect("a module")
    };
    assert_eq!(refused_module(&functions(5)), None);
    assert_eq!(refused_module(&functions(20)), COST);
}

#[test]
fn variables_that_live_across_branches_cost() {
    let program = |variables| {
        let change =
            |local| format!("local.get 0 br_if 0 local.get {local} i32.eqz local.set {local} ");
        let (set, get) = (set_each(variables), get_each(variables));
        format!("{set} block {} end {get}", each(variables, change))
    };
    assert_eq!(refused(500, &program(500)), None);
    assert_eq!(refused(1_500, &program(1_500)), COST);
}

#[test]
fn variables_of_code_that_is_not_optimised_do_not() {
    let short = |local| {
        format!("local.get 0 local.set {local} local.get {local} if local.get {local} drop end ")
    };
    assert_eq!(refused(3_000, &each(3_000, short)), None);
}

/// A local that is used once in a loop may be needed in its next round.
#[test]
fn variables_of_loops_live_through_all_of_the_outermost() {
    let each_once = |variables, before, after| {
        let use_each = each(variables, |local| {
            format!("local.get {local} i32.eqz local.set {local} block end ")
        });
        refused(variables, &format!("{before} {use_each} {after}"))
    };
    assert_eq!(each_once(1_000, "", ""), None);
    assert_eq!(each_once(1_000, "block", "end"), None);
    assert_eq!(each_once(1_000, "loop", "end"), COST);
    assert_eq!(each_once(1_000, "loop loop", "end end"), COST);
    let after_a_use = set_each(1_000) + "loop";
    assert_eq!(each_once(1_000, &after_a_use, "end"), COST);
}

#[test]
fn variables_of_nested_loops_cost() {
    let program = |variables, loops| {
        let (set, change) = (set_each(variables), change_each(variables));
        let begin = "loop ".repeat(loops);
        let end = "local.get 0 br_if 0 end ".repeat(loops);
        format!("{set} {begin} {change} {end}")
    };
    assert_eq!(refused(2_000, &program(2_000, 32)), None);
    assert_eq!(refused(5_000, &program(5_000, 1)), None);
    assert_eq!(refused(5_000, &program(5_000, 32)), COST);
}

#[test]
fn loops_after_one_another_cost() {
    let one = "loop local.get 0 local.get 0 i32.store end ";
    assert_eq!(refused(0, &one.repeat(2_000)), None);
    assert_eq!(refused(0, &one.repeat(10_000)), COST);
}

/// 50,000 table lookups in 240 KB took 28 seconds.
#[test]
fn table_lookups_cost() {
    for lookup in [
        "(call_indirect (type $none) (i32.const 0))",
        "(drop (table.get 0 (i32.const 0)))",
    ] {
        assert_eq!(refused(0, &lookup.repeat(5_000)), None, "{lookup}");
        assert_eq!(refused(0, &lookup.repeat(50_000)), COST, "{lookup}");
    }
}

#[test]
fn instructions_that_grow_or_move_cost() {
    let three = "(i32.const 0) (i32.const 0) (i32.const 0)";
    for code in [
        "(drop (memory.grow (i32.const 0)))",
        "(drop (table.grow 0 (ref.null func) (i32.const 0)))",
        "(table.fill 0 (i32.const 0) (ref.null func) (i32.const 0))",
        &format!("(table.copy 0 0 {three})"),
        &format!("(table.init 0 0 {three})"),
        &format!("(memory.init 0 {three})"),
        &format!("(memory.copy {three})"),
        &format!("(memory.fill {three})"),
    ] {
        assert_eq!(refused(0, &code.repeat(2_000)), None, "{code}");
        assert_eq!(refused(0, &code.repeat(20_000)), COST, "{code}");
    }
}

#[test]
fn passed_values_cost() {
    let calls = "block call $many br 0 end ";
    assert_eq!(refused(0, &calls.repeat(1_000)), None);
    assert_eq!(refused(0, &calls.repeat(9_000)), COST);

    let values = "i32.const 0 ".repeat(100);
    let drop = "drop ".repeat(100);
    let branches = |count| {
        let branches = "local.get 0 br_if 0 ".repeat(count);
        format!("block (type $many) {values} {branches} end {drop}")
    };
    assert_eq!(refused(0, &branches(1_000)), None);
    assert_eq!(refused(0, &branches(15_000)), COST);
    let table = |targets| {
        let targets = "0 ".repeat(targets);
        format!("block (type $many) {values} local.get 0 br_table {targets} end {drop}")
    };
    assert_eq!(refused(0, &table(1_000)), None);
    assert_eq!(refused(0, &table(15_000)), COST);
}

/// Case G5: 50,000 such functions, in 250 KB, took 4.2 seconds and 292 MiB.
#[test]
fn parameters_and_results_of_functions_cost() {
    let functions = |count: usize| {
        let many = "i32 ".repeat(100);
        wat::parse_str(format!(
            "(module (type $many (func (param {many}) (result {many}))) {})",
            "(func (type $many) unreachable)".repeat(count)
        ))
        .expect("text of a module")
    };
    assert_eq!(refused_module(&functions(2_000)), None);
    assert_eq!(refused_module(&functions(50_000)), COST);
}

/// 350 KB of functions with 50,000 unused locals each took two minutes. The most are 49,000.
#[test]
fn locals_that_are_not_used_cost() {
    // In text it would be two hundred megabytes.
    let functions = |eighths: u8| {
        let body = [6, 1, 0xE8, 0xFE, 2, 0x7F, 0x0B]; // 49,000 of them
        let bodies = body.repeat(usize::from(eighths) * 128);
        let count = [0x80, eighths]; // 128 times as many
        let length = |bytes: usize| {
            let low = [bytes, bytes >> 7].map(|bits| 0x80 | (bits & 0x7F) as u8);
            [low[0], low[1], (bytes >> 14) as u8]
        };
        let types = [0; 128].repeat(usize::from(eighths));
        [
            b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0".as_slice(),
            &[3],
            &length(types.len() + 2),
            &count,
            &types,
            &[10],
            &length(bodies.len() + 2),
            &count,
            &bodies,
        ]
        .concat()
    };
    assert_eq!(refused_module(&functions(4)), None);
    assert_eq!(refused_module(&functions(16)), COST);
}

#[test]
fn larger_modules_may_cost_more() {
    let straight = "local.get 0 i32.const 3 i32.add local.set 0 ".repeat(100_000);
    assert_eq!(refused(0, &straight), None);
    let loops = "loop local.get 0 local.get 0 i32.store end ".repeat(8_400);
    assert_eq!(refused(0, &loops), COST);
    assert_eq!(refused(0, &format!("{loops} {straight}")), None);
}

/// Each piece of a copy is a call within a block, which has to be compiled, too.
#[test]
fn instructions_in_pieces_cost_more() {
    let copies = |length: &str| {
        let copy = format!("(memory.copy (i32.const 0) (i32.const 0) {length})");
        refused(0, &copy.repeat(6_000))
    };
    assert_eq!(copies("(i32.const 1)"), None);
    assert_eq!(copies("(local.get 0)"), COST);
}

#[test]
fn a_broken_module_causes_no_panic() {
    let whole = module(1, &nested_loops(3));
    let mut broken = whole.clone();
    for place in 0..whole.len() {
        broken[place] = !broken[place];
        let _ = PLAN.apply(&broken);
        broken[place] = whole[place];
    }
}
