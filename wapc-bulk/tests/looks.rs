//! Where an engine looks in a module that was given looks.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_bulk::with_looks;
use wasmparser::{Operator, Parser, Payload, Validator};

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

/// How often the module's first function calls another one that looks, and whether nothing else has
/// changed.
fn looks(body: &str) -> usize {
    looks_of(&module(body))
}

fn looks_of(wasm: &[u8]) -> usize {
    let looking = with_looks(wasm.into()).unwrap();
    Validator::new().validate_all(&looking).unwrap();
    let (before, mut after) = (operators(wasm), operators(&looking));
    let all = after.len();
    after.retain(|one| one != "Call { function_index: 3 }");
    let looks = all - after.len();
    if looks > 0 {
        assert_eq!(after.pop().as_deref(), Some("End"));
    }
    assert_eq!(after, before);
    looks
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
fn calls_that_may_be_of_imports_are_looked_before() {
    assert_eq!(looks("(call $ask (local.get 0))"), 1);
    assert_eq!(looks("(call $ask (call $ask (local.get 0)))"), 2);
    assert_eq!(looks("(call $own (call $own (local.get 0)))"), 0);
    assert_eq!(
        looks("(call_indirect (type $t) (local.get 0) (i32.const 0))"),
        1
    );
    assert_eq!(looks("unreachable (call $ask)"), 1);
}

#[test]
fn indirect_calls_are_looked_before_if_an_import_is_somewhere_to_be_found() {
    let looks = |more| {
        looks_of(&module_with(
            more,
            "(call_indirect (type $t) (local.get 0) (i32.const 0))",
        ))
    };
    assert_eq!(looks(""), 0);
    assert_eq!(looks("(elem func $own $other)"), 0);
    assert_eq!(
        looks(r#"(export "memory" (memory 0)) (export "own" (func $own))"#),
        0
    );
    assert_eq!(looks("(global funcref (ref.func $own))"), 0);
    assert_eq!(looks("(elem func $own $ask)"), 1);
    assert_eq!(looks("(elem funcref (ref.func $own) (ref.func $ask))"), 1);
    assert_eq!(looks("(elem declare func $ask)"), 1);
    assert_eq!(looks("(global funcref (ref.func $ask))"), 1);
    assert_eq!(looks(r#"(export "ask" (func $ask))"#), 1);
}

#[test]
fn instructions_that_move_many_things_are_looked_before() {
    let three = "(i32.const 0) (i32.const 0) (i32.const 0)";
    for instruction in [
        "memory.fill",
        "memory.copy",
        "memory.init $data",
        "table.copy",
        "table.init $some",
    ] {
        assert_eq!(looks(&format!("{three} {instruction} (local.get 0)")), 1);
    }
    let fill = "(table.fill $table (i32.const 0) (ref.null func) (i32.const 0)) (local.get 0)";
    assert_eq!(looks(fill), 1);
    assert_eq!(looks("(memory.grow (local.get 0))"), 1);
    assert_eq!(
        looks("(table.grow $table (ref.null func) (local.get 0))"),
        1
    );
}

#[test]
fn what_is_short_is_not() {
    assert_eq!(looks("(i32.trunc_sat_f32_u (f32.const 1))"), 0);
    assert_eq!(looks("(memory.size)"), 0);
    let wasm = module("(i32.add (local.get 0) (i32.const 0x10))");
    assert_eq!(with_looks(wasm.as_slice().into()).unwrap(), wasm);
}

#[test]
fn what_cannot_be_read_is_not_passed_on_without_looks() {
    let whole = module("(call $ask (local.get 0))");
    for end in 0..whole.len() {
        let part = &whole[..end];
        match with_looks(part.into()) {
            Ok(looking) => assert_eq!(looking == part, operators(part).is_empty(), "{end}"),
            Err(_) => assert!(Validator::new().validate_all(part).is_err(), "{end}"),
        }
    }
}
