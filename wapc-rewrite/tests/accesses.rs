//! Where accesses to memory that follow one another get interrupt points.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_wapc_rewrite::Plan;
use wasmparser::{Operator, Parser, Payload};

/// Accesses that may follow one another.
const MOST: usize = 1024;

/// A little more than half of what may follow one another.
fn half() -> String {
    "(drop (i32.load offset=4096 (i32.const 0)))".repeat(MOST / 2 + 1)
}

/// How many interrupt points the code gets. Enough bytes come behind it for the function to be a long one.
fn points(code: &str) -> usize {
    let behind = "(drop (i64.const 0x7fffffffffff))".repeat(MOST);
    let wasm = format!(
        "(module (memory 1) (func $f (param i32) {code} (call $f (i32.const 0)) {behind}))"
    );
    let wasm = wat::parse_str(wasm).unwrap();
    let plan = Plan::new("test").interrupt_points();
    let rewritten = plan.apply(&wasm).unwrap().wasm;
    let payloads = Parser::new(0).parse_all(&rewritten).map(Result::unwrap);
    let bodies = payloads.filter_map(|payload| match payload {
        Payload::CodeSectionEntry(body) => Some(body),
        _ => None,
    });
    let operators = bodies.flat_map(|body| body.get_operators_reader().unwrap());
    let is_point =
        |operator: &Operator<'_>| matches!(operator, Operator::Call { function_index: 1 });
    operators.map(Result::unwrap).filter(is_point).count()
}

#[test]
fn accesses_that_follow_one_another_get_one_in_between() {
    assert_eq!(points(&half()), 0);
    assert_eq!(points(&half().repeat(2)), 1);
    assert_eq!(points(&half().repeat(20)), 10);
    let stores = "(i64.store16 (i32.const 0) (i64.const 0))".repeat(MOST);
    assert_eq!(points(&stores), 0);
    assert_eq!(points(&(stores + &half())), 1);
}

#[test]
fn operators_with_an_interrupt_point_of_their_own_come_between() {
    for between in [
        "(call $f (i32.const 0))",
        "(loop)",
        "(return)",
        "(unreachable)",
    ] {
        let code = format!("{} {between} {}", half(), half());
        assert_eq!(points(&code), 0, "{between}");
    }
}

#[test]
fn the_path_with_the_most_counts() {
    let condition = "(local.get 0)";
    for [before, inside, after] in [
        ["(block", "", ")"],
        ["(block (br_if 0 (local.get 0))", "(loop)", ")"],
        ["(block (br_table 0 0 (local.get 0))", "", ")"],
        [
            "(block (block (br_table 0 1 0 (local.get 0)))",
            "(loop)",
            ")",
        ],
        ["(if (local.get 0) (then", "(loop)", "))"],
        ["(if (local.get 0) (then", "(loop)", ") (else))"],
        ["(if (local.get 0) (then) (else", "(loop)", "))"],
        ["(block (if (local.get 0) (then (br 1)))", "(loop)", ")"],
    ] {
        let code = format!("{} {before} {inside} {after} {}", half(), half());
        assert_eq!(points(&code), 1, "{before} {inside} {after}");
    }
    let either = format!("(if {condition} (then {}) (else {}))", half(), half());
    assert_eq!(points(&either), 0);
    assert_eq!(points(&format!("{either} {}", half())), 1);
}

#[test]
fn paths_with_an_interrupt_point_do_not_count() {
    let each = "(if (local.get 0) (then (loop)) (else (loop)))";
    assert_eq!(points(&format!("{} {each} {}", half(), half())), 0);
    let back = format!("(loop {} (br_if 0 (local.get 0)))", half());
    assert_eq!(points(&format!("{} {back}", half())), 0);
}
