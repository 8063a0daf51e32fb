//! The engines take the same modules, also where one byte is another.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_engine_wasmi::Wasmi;
use capwire_engine_wasmtime::Wasmtime;
use capwire_wapc::{CompileError, Engine};
use std::mem::discriminant;

/// It has all kinds of sections, and something that engines rewrite.
const GUEST: &str = r#"(module
    (import "wapc" "__guest_response" (func (param i32 i32)))
    (type $one (func (param i32) (result i32)))
    (table 2 4 funcref)
    (memory (export "memory") 20)
    (global (mut i32) (i32.add (i32.const 1) (i32.const 2)))
    (elem (i32.const 0) 2)
    (elem declare func 3)
    (start 4)
    (func (export "__guest_call") (param i32 i32) (result i32) (local i64)
        (call 0 (i32.const 0) (i32.const 8))
        (memory.fill (i32.const 64) (i32.const 1) (local.get 0))
        (memory.copy (i32.const 64) (i32.const 1) (i32.const 8))
        (memory.init 1 (i32.const 8) (i32.const 0) (i32.const 2))
        (drop (memory.grow (call_indirect (type $one) (local.get 1) (i32.const 0))))
        (drop (ref.is_null (ref.func 3)))
        (block (block (br_table 0 1 0 (local.get 0))))
        (call 3 (local.get 0)) (local.set 2)
        (select (i32.const 2) (i32.eqz (local.get 1))))
    (func (type $one) (local.get 0))
    (func (param i32) (result i32 i64) (local f32 f64)
        (if (result i32 i64) (local.get 0)
            (then (i32.const 1) (i64.const 2))
            (else (i32.const 3) (i64.const 4) (return))))
    (func (loop (br_if 0 (i32.lt_u (global.get 0) (i32.const 1)))))
    (data (i32.const 8) "hello")
    (data "passive"))"#;

#[test]
fn engines_take_the_same_modules() {
    let guest = wat::parse_str(GUEST).unwrap();
    let engines = engines();
    for engine in &engines {
        engine.compile(&guest).unwrap();
    }
    let mut taken = 0;
    for place in 0..guest.len() {
        for other in [0x01, 0x04, 0x80] {
            let mut wasm = guest.clone();
            wasm[place] ^= other;
            let refused = engines.iter().map(|engine| engine.compile(&wasm).err());
            let refused: Vec<Option<CompileError>> = refused.collect();
            let reasons = refused.iter().map(|error| error.as_ref().map(discriminant));
            let reasons: Vec<_> = reasons.collect();
            assert!(
                reasons.iter().all(|reason| *reason == reasons[0]),
                "{other:#x} at {place}: {refused:?}"
            );
            taken += usize::from(reasons[0].is_none());
        }
    }
    assert!((1..3 * guest.len()).contains(&taken), "{taken}");
}

fn engines() -> Vec<Box<dyn Engine>> {
    vec![
        Box::new(Wasmtime::new().unwrap()),
        Box::new(Wasmi::new()),
        #[cfg(feature = "wasm3")]
        Box::new(capwire_engine_wasm3::Wasm3::new().unwrap()),
    ]
}
