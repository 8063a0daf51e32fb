#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::work_around;
use std::borrow::Cow;

fn function(body: &str) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(module
            (memory (export "memory") 1)
            (func (export "f") (param i32) (result i32) {body})
            (func (export "g") (param i32) (result i32) local.get 0)
            (data (i32.const 0) "data"))"#
    ))
    .unwrap()
}

fn choice(condition: &str) -> String {
    format!("i32.const 1 i32.const 2 local.get 0 {condition} select")
}

#[test]
fn a_comparison_with_zero_gets_another_instruction() {
    for comparison in ["i32.eqz", "i32.const 0 i32.eq", "i32.eqz nop"] {
        let wasm = function(&choice(comparison));
        let expected = function(&choice(&format!("{comparison} i32.popcnt")));
        assert_eq!(work_around(wasm.into()), expected, "{comparison}");
    }
}

#[test]
fn each_of_several_is_changed() {
    let twice = |condition| format!("{} drop {}", choice(condition), choice(condition));
    let wasm = function(&twice("i32.eqz"));
    let expected = function(&twice("i32.eqz i32.popcnt"));
    assert_eq!(work_around(wasm.into()), expected);
}

#[test]
fn other_modules_are_not_copied() {
    for harmless in ["", "i32.const 3 i32.lt_s", "i32.const 1 i32.and"] {
        let wasm = function(&choice(harmless));
        assert!(matches!(
            work_around(Cow::Borrowed(&wasm)),
            Cow::Borrowed(_)
        ));
    }
}

#[test]
fn what_cannot_be_read_stays_as_it_is() {
    let wasm = function(&choice("i32.eqz"));
    for unreadable in [&wasm[..wasm.len() - 1], b"not wasm", b""] {
        assert_eq!(work_around(unreadable.into()), unreadable);
    }
}
