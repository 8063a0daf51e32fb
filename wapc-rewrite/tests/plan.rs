//! What every plan does with a module.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_wapc::CompileError;
use capwire_wapc::exports::START_SECTION;
use capwire_wapc_rewrite::shadow_stack::{MEMORY, POINTER};
use capwire_wapc_rewrite::{FEATURES, MOST_PAGES, Plan};
use std::borrow::Cow;
use wasmparser::{Validator, WasmFeatures};

const PLAN: Plan = Plan::new("test");

const EVERYTHING: Plan = PLAN
    .bounded_bulk()
    .bounded_growth()
    .interrupt_points()
    .shadow_stack(100)
    .wasmi_faults();

fn module(fields: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {fields})")).unwrap()
}

/// A module that each pass changes.
fn long() -> Vec<u8> {
    module(
        r#"(import "host" "ask" (func $ask))
        (type $takes (func (param i32)))
        (memory (export "memory") 1)
        (func $start (local i64)
            (memory.fill (i32.const 0) (i32.const 0) (memory.grow (i32.const 1)))
            (memory.copy (i32.const 0) (i32.const 0) (memory.size))
            (i32.const 1) (block (type $takes) drop)
            (drop (select (i32.const 1) (i32.const 2) (i32.eqz (i32.const 3))))
            (call $ask) (call $other))
        (func $other)
        (start $start)
        (data "text")"#,
    )
}

#[test]
fn all_passes_together_keep_a_module_valid() {
    let wasm = long();
    let rewritten = EVERYTHING.apply(&wasm).unwrap();
    // The stack is one more memory, with pages of one byte.
    let features = FEATURES | WasmFeatures::MULTI_MEMORY | WasmFeatures::CUSTOM_PAGE_SIZES;
    let mut validator = Validator::new_with_features(features);
    validator.validate_all(&rewritten.wasm).unwrap();
    assert!(rewritten.has_shadow_stack);
    assert!(rewritten.largest_function > 100);
}

#[test]
fn a_part_of_a_module_is_refused_unless_it_is_one() {
    let whole = long();
    for end in 0..whole.len() {
        let part = &whole[..end];
        let is_valid = Validator::new_with_features(FEATURES)
            .validate_all(part)
            .is_ok();
        assert_eq!(EVERYTHING.apply(part).is_ok(), is_valid, "{end}");
    }
    for wrong in [&b"no module"[..], b"\0asm\x0d\0\x01\0"] {
        PLAN.apply(wrong).unwrap_err();
    }
}

/// Additions of passes have the indices that follow the module's own.
#[test]
fn a_module_cannot_name_what_is_added_to_it() {
    let with = |code: &str| {
        module(&format!(
            r#"(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (memory.grow (i32.const 1))) {code})"#
        ))
    };
    EVERYTHING.apply(&with("")).unwrap();
    for code in [
        "(call 1)",
        "(drop (global.get 0))",
        "(block (type 1))",
        "(i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (block (type 1)) drop drop drop drop",
        "(drop (i32.load 1 (i32.const 0)))",
    ] {
        let refused = EVERYTHING.apply(&with(code)).unwrap_err();
        assert!(matches!(
            refused,
            CompileError::Invalid { engine: "test", .. }
        ));
    }
}

#[test]
fn exports_by_a_name_of_the_hosts_are_refused() {
    for name in [MOST_PAGES, MEMORY, POINTER] {
        let taken = format!(r#"(global (export "{name}") (mut i32) (i32.const 0))"#);
        PLAN.apply(&module(&taken)).unwrap_err();
    }
}

#[test]
fn features_that_guests_do_not_have_are_refused() {
    for fields in [
        "(table 1 externref)",
        "(func (param externref))",
        "(func (local v128))",
        "(memory 1) (memory 1)",
        "(memory i64 1)",
        "(memory 1 (pagesize 1))",
        "(func $f (return_call $f))",
        "(tag)",
    ] {
        let wasm = module(fields);
        assert!(PLAN.apply(&wasm).is_err(), "{fields}");
    }
    PLAN.apply(&module(
        "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
    ))
    .unwrap();
}

#[test]
fn references_to_host_values_are_refused_with_a_remedy() {
    let refused = PLAN.apply(&module("(func (param externref))")).unwrap_err();
    let reason = std::error::Error::source(&refused).unwrap();
    assert!(reason.to_string().contains("`externref`"), "{reason}");
    assert!(reason.source().is_some(), "the parser's own error is kept");
}

#[test]
fn a_module_without_a_start_section_stays_as_it_is() {
    let wasm = module(r#"(func (export "f"))"#);
    let rewritten = PLAN.apply(&wasm).unwrap();
    assert!(matches!(rewritten.wasm, Cow::Borrowed(_)));
    assert_eq!(rewritten.largest_function, 2);
}

#[test]
fn a_start_section_becomes_one_more_export() {
    for exports in ["", r#"(export "f" (func 0))"#] {
        let wasm = module(&format!("(func) {exports} (func) (start 1) (data \"x\")"));
        let export = format!(r#"(export "{START_SECTION}" (func 1))"#);
        let expected = module(&format!("(func) {exports} (func) {export} (data \"x\")"));
        assert_eq!(PLAN.apply(&wasm).unwrap().wasm, expected);
    }
    let wasm = module(r#"(import "host" "ask" (func)) (start 0)"#);
    let expected = format!(r#"(import "host" "ask" (func)) (export "{START_SECTION}" (func 0))"#);
    assert_eq!(PLAN.apply(&wasm).unwrap().wasm, module(&expected));
}

#[test]
fn sections_of_its_own_keep_their_places_and_names() {
    let wasm = module(
        r#"(func $named (drop (memory.grow (i32.const 1)))) (memory 1)
        (@custom "first" (before first) "text") (@custom "last" (after code) "text")"#,
    );
    let rewritten = EVERYTHING.apply(&wasm).unwrap().wasm;
    let names = capwire_wapc_rewrite::Names::of(&rewritten).frames([0]);
    assert_eq!(names[0].to_string(), "named");
    let custom = |name: &[u8]| rewritten.windows(name.len()).position(|part| part == name);
    assert!(custom(b"first").unwrap() < 20);
    assert!(custom(b"last").unwrap() > 100);
}

#[test]
fn without_its_own_sections_a_module_that_says_other_things_of_itself_is_the_same() {
    const PLAN: Plan = Plan::new("test").only_code();
    let code = "(func $named) (memory 1)";
    let bare = module(code);
    let claims = |token: &str| {
        module(&format!(
            r#"{code} (@custom "jwt" (before first) "{token}")"#
        ))
    };
    for wasm in [claims("one"), claims("another")] {
        assert_eq!(PLAN.apply(&wasm).unwrap().wasm, bare);
    }
    assert!(matches!(PLAN.apply(&bare).unwrap().wasm, Cow::Borrowed(_)));
    let names = capwire_wapc_rewrite::Names::of(&bare).frames([0]);
    assert_eq!(names[0].to_string(), "named");
}
