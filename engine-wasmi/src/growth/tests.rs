#![allow(clippy::unwrap_used, reason = "tests")]

use super::{MOST_PAGES, in_pieces};
use std::borrow::Cow;

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
        let changed = in_pieces(module(fields).into());
        let module = wasmi::Module::new(&wasmi::Engine::default(), &changed).unwrap();
        let global = module.exports().find(|export| export.name() == MOST_PAGES);
        let global = *global.unwrap().ty().global().unwrap();
        assert!(global.mutability().is_mut());
    }
}

#[test]
fn other_modules_are_not_copied() {
    let taken = format!(r#"(global (export "{MOST_PAGES}") i32 (i32.const 0))"#);
    let grows = "(func (drop (memory.grow (i32.const 64))))";
    for fields in ["", "(func (drop (i32.const 64)))", &(taken + grows)] {
        let wasm = module(fields);
        assert!(matches!(in_pieces(Cow::Borrowed(&wasm)), Cow::Borrowed(_)));
    }
}

#[test]
fn what_cannot_be_read_stays_as_it_is() {
    let wasm = module("(func (drop (memory.grow (i32.const 64))))");
    for unreadable in [&wasm[..wasm.len() - 1], b"not wasm", b""] {
        assert_eq!(in_pieces(unreadable.into()), unreadable);
    }
}
