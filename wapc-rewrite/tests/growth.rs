//! Memory that grows in pieces. The conformance suite tests how it grows.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_wapc_rewrite::{MOST_PAGES, Plan};
use std::borrow::Cow;

const PLAN: Plan = Plan::new("test").bounded_growth();

fn module(fields: &str) -> Vec<u8> {
    wat::parse_str(format!(r#"(module {fields} (memory (export "memory") 1))"#)).unwrap()
}

#[test]
fn a_module_that_grows_stays_valid_and_gets_a_global_for_its_host() {
    for fields in [
        "(func (param i32) (result i32) (memory.grow (local.get 0)))",
        r#"(import "a" "b" (func)) (global i32 (i32.const 64)) (global (mut i64) (i64.const 1))
            (func (drop (memory.grow (i32.const 64))) (drop (memory.grow (i32.const 1))))
            (func (block)) (data "x")"#,
    ] {
        let wasm = module(fields);
        let changed = PLAN.apply(&wasm).unwrap().wasm;
        let module = wasmi::Module::new(&wasmi::Engine::default(), &changed).unwrap();
        let global = module.exports().find(|export| export.name() == MOST_PAGES);
        let global = *global.unwrap().ty().global().unwrap();
        assert!(global.mutability().is_mut());
    }
}

#[test]
fn other_modules_are_not_copied() {
    for fields in ["", "(func (drop (i32.const 64)))"] {
        let wasm = module(fields);
        assert!(matches!(PLAN.apply(&wasm).unwrap().wasm, Cow::Borrowed(_)));
    }
}
