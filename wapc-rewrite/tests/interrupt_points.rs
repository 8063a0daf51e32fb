//! Where modules get interrupt points.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_wapc_rewrite::Plan;
use wasmparser::{Operator, Parser, Payload, Validator};

const PLAN: Plan = Plan::new("test").interrupt_points();

fn module(body: &str) -> Vec<u8> {
    module_with("(elem $some func $ask)", body)
}

fn module_with(more: &str, body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (import "host" "ask" (func $ask (param i32) (result i32)))
            (type $t (func (param i32) (result i32)))
            (table $table 9 funcref)
            (memory 1) (data $data "text")
            {more}
            (func $own (param i32) (result i32) (local i64) {body})
            (func $other))"#
    );
    wat::parse_str(text).unwrap()
}

/// How many interrupt points the functions get. Asserts that nothing else changes.
fn points(body: &str) -> usize {
    points_of(&module(body))
}

fn points_of(wasm: &[u8]) -> usize {
    let rewritten = PLAN.apply(wasm).unwrap().wasm;
    Validator::new().validate_all(&rewritten).unwrap();
    let (before, mut after) = (operators(wasm), operators(&rewritten));
    let all = after.len();
    after.retain(|one| one != "Call { function_index: 3 }");
    let points = all - after.len();
    if points > 0 {
        assert_eq!(after.pop().as_deref(), Some("End"));
    }
    assert_eq!(after, before);
    points
}

fn operators(wasm: &[u8]) -> Vec<String> {
    let mut operators = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload.unwrap() {
            let of_body = body.get_operators_reader().unwrap().into_iter();
            operators
                .extend(of_body.map(|one: Result<Operator<'_>, _>| format!("{:?}", one.unwrap())));
        }
    }
    operators
}

#[test]
fn calls_that_may_be_of_imports_get_one() {
    assert_eq!(points("(call $ask (local.get 0))"), 1);
    assert_eq!(points("(call $ask (call $ask (local.get 0)))"), 2);
    assert_eq!(points("(call $own (call $own (local.get 0)))"), 0);
    assert_eq!(
        points("(call_indirect (type $t) (local.get 0) (i32.const 0))"),
        1
    );
    assert_eq!(points("unreachable (call $ask)"), 1);
}

#[test]
fn indirect_calls_get_one_if_code_can_refer_to_an_import() {
    let points = |more| {
        points_of(&module_with(
            more,
            "(call_indirect (type $t) (local.get 0) (i32.const 0))",
        ))
    };
    assert_eq!(points(""), 0);
    assert_eq!(points("(elem func $own $other)"), 0);
    assert_eq!(
        points(r#"(export "memory" (memory 0)) (export "own" (func $own))"#),
        0
    );
    assert_eq!(points("(global funcref (ref.func $own))"), 0);
    assert_eq!(points("(elem func $own $ask)"), 1);
    assert_eq!(points("(elem funcref (ref.func $own) (ref.func $ask))"), 1);
    assert_eq!(points("(elem declare func $ask)"), 1);
    assert_eq!(points("(global funcref (ref.func $ask))"), 1);
    assert_eq!(points(r#"(export "ask" (func $ask))"#), 1);
}

#[test]
fn instructions_that_move_many_things_get_one() {
    let three = "(i32.const 0) (i32.const 0) (i32.const 0)";
    for instruction in [
        "memory.fill",
        "memory.copy",
        "memory.init $data",
        "table.copy",
        "table.init $some",
    ] {
        assert_eq!(points(&format!("{three} {instruction} (local.get 0)")), 1);
    }
    let fill = "(table.fill $table (i32.const 0) (ref.null func) (i32.const 0)) (local.get 0)";
    assert_eq!(points(fill), 1);
    assert_eq!(points("(memory.grow (local.get 0))"), 1);
    assert_eq!(
        points("(table.grow $table (ref.null func) (local.get 0))"),
        1
    );
}

#[test]
fn short_instructions_get_none() {
    assert_eq!(points("(i32.trunc_sat_f32_u (f32.const 1))"), 0);
    assert_eq!(points("(memory.size)"), 0);
    let wasm = module("(i32.add (local.get 0) (i32.const 0x10))");
    assert_eq!(PLAN.apply(&wasm).unwrap().wasm, wasm);
}
