#![allow(clippy::unwrap_used, reason = "tests")]

use super::{Accesses, MOST};
use capwire_code::{Operators, Sections};

/// A little more than half of what may follow one another.
fn half() -> String {
    "(drop (i32.load offset=4096 (i32.const 0)))".repeat(MOST as usize / 2 + 1)
}

/// How many looks the code gets. What is long enough to be looked at comes behind it.
fn looks(code: &str) -> usize {
    let behind = "(drop (i64.const 0x7fffffffffff))".repeat(MOST as usize);
    let wasm = format!(
        "(module (memory 1) (func $f (param i32) {code} (call $f (i32.const 0)) {behind}))"
    );
    let wasm = wat::parse_str(wasm).unwrap();
    let mut functions =
        Sections::of(&wasm).filter_map(|section| section.unwrap().functions().next());
    let body = functions.next().unwrap().unwrap().body;
    let mut accesses = Accesses::of(body);
    let mut operators = Operators::of(body).unwrap().map(Result::unwrap);
    let mut looks = 0;
    operators.all(|operator| {
        looks += usize::from(accesses.pass(operator).unwrap());
        true
    });
    looks
}

#[test]
fn accesses_that_follow_one_another_are_looked_between() {
    assert_eq!(looks(&half()), 0);
    assert_eq!(looks(&half().repeat(2)), 1);
    assert_eq!(looks(&half().repeat(20)), 10);
    let stores = "(i64.store16 (i32.const 0) (i64.const 0))".repeat(MOST as usize);
    assert_eq!(looks(&stores), 0);
    assert_eq!(looks(&(stores + &half())), 1);
}

#[test]
fn what_looks_itself_comes_between() {
    for between in [
        "(call $f (i32.const 0))",
        "(loop)",
        "(return)",
        "(unreachable)",
    ] {
        let code = format!("{} {between} {}", half(), half());
        assert_eq!(looks(&code), 0, "{between}");
    }
}

#[test]
fn the_way_with_the_most_counts() {
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
        assert_eq!(looks(&code), 1, "{before} {inside} {after}");
    }
    let either = format!("(if {condition} (then {}) (else {}))", half(), half());
    assert_eq!(looks(&either), 0);
    assert_eq!(looks(&format!("{either} {}", half())), 1);
}

#[test]
fn ways_that_look_do_not_count() {
    let each = "(if (local.get 0) (then (loop)) (else (loop)))";
    assert_eq!(looks(&format!("{} {each} {}", half(), half())), 0);
    let back = format!("(loop {} (br_if 0 (local.get 0)))", half());
    assert_eq!(looks(&format!("{} {back}", half())), 0);
}
