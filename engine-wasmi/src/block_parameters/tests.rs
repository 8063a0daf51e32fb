#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::work_around;
use std::borrow::Cow;

fn function(body: &str) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(module
            (type $gives (func (result i32 i32)))
            (type $takes (func (param i32)))
            (memory (export "memory") 1)
            (func (export "f") (param i32)
                local.get 0
                {body}
                drop
                i32.const 2
                (i32.store8 offset=66 (i32.const 0))
                block end)
            (data (i32.const 0) "data"))"#
    ))
    .unwrap()
}

#[test]
fn an_empty_block_goes_before_each_that_takes_values() {
    for (own, before) in [
        ("block (type $takes) drop end", "local.get 0"),
        ("loop (type $takes) drop end", "local.get 0"),
        (
            "if (type $takes) drop else drop end",
            "local.get 0 local.get 0",
        ),
    ] {
        let wasm = function(&format!("{before} {own} {before} {own}"));
        let changed = format!("{before} block end {own}");
        let expected = function(&format!("{changed} {changed}"));
        assert_eq!(work_around(wasm.into()), expected, "{own}");
    }
}

#[test]
fn other_modules_are_not_copied() {
    for harmless in [
        "",
        "block end",
        "loop (result i32) i32.const 1 end drop",
        "block (type $gives) i32.const 1 i32.const 2 end drop drop",
    ] {
        let wasm = function(harmless);
        assert!(matches!(
            work_around(Cow::Borrowed(&wasm)),
            Cow::Borrowed(_)
        ));
    }
}

#[test]
fn what_cannot_be_read_stays_as_it_is() {
    let wasm = function("local.get 0 block (type $takes) drop end");
    for unreadable in [&wasm[..wasm.len() - 1], b"not wasm", b""] {
        assert_eq!(work_around(unreadable.into()), unreadable);
    }
}
