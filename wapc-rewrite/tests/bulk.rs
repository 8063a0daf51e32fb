//! Bulk memory instructions are cut into pieces. The conformance suite tests what they do then.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_wapc_rewrite::{PIECE, Plan};
use wasmparser::{Operator, Parser, Payload, Validator};

const PLAN: Plan = Plan::new("test").bounded_bulk();

fn module(body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module $named
            (import "host" "ask" (func $ask (result i32)))
            (memory (export "memory") 100)
            (export "own" (func $own)) (func $own (param $p i64) (local $a i32) (local i64 i64 f32) {body})
            (func $other (result i32) (local $last i32) (local.get $last)))"#
    );
    wat::parse_str(text).unwrap()
}

fn cut(body: &str) -> Vec<u8> {
    let wasm = module(body);
    let cut = PLAN.apply(&wasm).unwrap().wasm.into_owned();
    Validator::new().validate_all(&cut).unwrap();
    cut
}

/// How many calls the functions of a module make, in order of the functions.
fn calls(wasm: &[u8]) -> Vec<usize> {
    let mut calls = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload.unwrap() {
            let operators = body.get_operators_reader().unwrap().into_iter();
            let is_call = |operator: &Operator<'_>| matches!(operator, Operator::Call { .. });
            calls.push(operators.map(Result::unwrap).filter(is_call).count());
        }
    }
    calls
}

#[test]
fn instructions_of_unknown_length_get_a_call_each() {
    let own = "(memory.fill (i32.const 0) (i32.const 0) (call $ask))
        (memory.copy (i32.const 0) (i32.const 0) (call $ask))
        (memory.copy (i32.const 0) (i32.const 0) (local.get $a))";
    assert_eq!(calls(&module(own)), [2, 0]);
    assert_eq!(calls(&cut(own)), [2 + 3, 0, 0, 0]);
}

#[test]
fn a_length_that_is_known_to_be_small_is_no_matter() {
    let small = format!("(memory.fill (i32.const 0) (i32.const 0) (i32.const {PIECE}))");
    assert_eq!(cut(&small), module(&small));
    let large = format!(
        "(memory.fill (i32.const 0) (i32.const 0) (i32.const {}))",
        PIECE + 1
    );
    assert_eq!(calls(&cut(&large)), [1, 0, 0]);
    let negative = "(memory.fill (i32.const 0) (i32.const 0) (i32.const -1))";
    assert_eq!(calls(&cut(negative)), [1, 0, 0]);
}

#[test]
fn code_that_is_never_reached_stays_valid() {
    cut("(unreachable) (memory.fill) (memory.copy)");
    cut("(block (br 0) (memory.copy (i32.const 0) (i32.const 1)))");
}

#[test]
fn names_and_exports_stay() {
    let own = "(memory.fill (i32.const 0) (i32.const 0) (call $ask))";
    let sections = |wasm: &[u8]| -> Vec<Vec<u8>> {
        let payloads = Parser::new(0).parse_all(wasm).map(Result::unwrap);
        let kept = payloads.filter(|payload| {
            matches!(
                payload,
                Payload::CustomSection(_) | Payload::ExportSection(_)
            )
        });
        let range = |payload: Payload<'_>| payload.as_section().unwrap().1;
        kept.map(|payload| wasm[range(payload)].to_vec()).collect()
    };
    assert_eq!(sections(&cut(own)), sections(&module(own)));
}
