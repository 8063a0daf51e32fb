#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

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
        let changed = in_pieces(module(fields).into()).unwrap();
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
        let changed = in_pieces(Cow::Borrowed(&wasm)).unwrap();
        assert!(matches!(changed, Cow::Borrowed(_)));
    }
}

#[test]
fn a_module_that_has_the_hosts_name_is_refused() {
    let grows = "(func (drop (memory.grow (i32.const 64))))";
    let taken = format!(r#"(global (export "{MOST_PAGES}") (mut i32) (i32.const 0))"#);
    for fields in [&taken, &(taken.clone() + grows)] {
        in_pieces(module(fields).into()).unwrap_err();
    }
}

#[test]
fn what_cannot_be_read_is_not_passed_on() {
    let wasm = module("(func (drop (memory.grow (i32.const 64))))");
    let unreadable = &wasm[..wasm.len() - 1];
    in_pieces(unreadable.into()).unwrap_err();
}
