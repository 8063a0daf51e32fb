//! What wasmi translates wrongly gets other instructions.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_wapc_rewrite::Plan;
use std::borrow::Cow;

fn work_around(wasm: &[u8]) -> Cow<'_, [u8]> {
    Plan::new("test").wasmi_faults().apply(wasm).unwrap().wasm
}

mod select {
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
            assert_eq!(work_around(&wasm), expected, "{comparison}");
        }
    }

    #[test]
    fn each_of_several_is_changed() {
        let twice = |condition| format!("{} drop {}", choice(condition), choice(condition));
        let wasm = function(&twice("i32.eqz"));
        let expected = function(&twice("i32.eqz i32.popcnt"));
        assert_eq!(work_around(&wasm), expected);
    }

    #[test]
    fn other_modules_are_not_copied() {
        for harmless in ["", "i32.const 3 i32.lt_s", "i32.const 1 i32.and"] {
            let wasm = function(&choice(harmless));
            assert!(matches!(work_around(&wasm), Cow::Borrowed(_)));
        }
    }
}

mod blocks {
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
            assert_eq!(work_around(&wasm), expected, "{own}");
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
            assert!(matches!(work_around(&wasm), Cow::Borrowed(_)));
        }
    }
}
