//! Operators are where `wasmparser` finds them when it decodes each.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use arbitrary::Unstructured;
use capwire_code::{Operators, Sections};
use wasm_smith::{Config, Module};
use wasmparser::{FunctionBody, Validator};

/// Places and opcodes of a module's functions.
fn stepped_over(wasm: &[u8]) -> Vec<Vec<(usize, u8)>> {
    let sections = Sections::of(wasm).map(Result::unwrap);
    let functions = sections.flat_map(|section| section.functions().map(Result::unwrap));
    let operators = functions.map(|function| Operators::of(function.body).unwrap());
    let places = |operators: Operators<'_>| {
        let operators = operators.map(Result::unwrap);
        operators.map(|one| (one.place, one.opcode)).collect()
    };
    operators.map(places).collect()
}

fn decoded(wasm: &[u8]) -> Vec<Vec<(usize, u8)>> {
    let payloads = wasmparser::Parser::new(0)
        .parse_all(wasm)
        .map(Result::unwrap);
    let places = |body: FunctionBody<'_>| {
        let operators = body.get_operators_reader().unwrap();
        let operators = operators.into_iter_with_offsets().map(Result::unwrap);
        let places = operators.map(|(_, place)| place - body.range().start);
        places
            .map(|place| (place, body.as_bytes()[place]))
            .collect()
    };
    payloads
        .filter_map(|payload| match payload {
            wasmparser::Payload::CodeSectionEntry(body) => Some(places(body)),
            _ => None,
        })
        .collect()
}

fn noise(seed: u64) -> Vec<u8> {
    let next = |state: &u64| {
        Some(
            state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1),
        )
    };
    let states = std::iter::successors(Some(seed), next).skip(1);
    states
        .map(|state| state.to_be_bytes()[0])
        .take(8_000)
        .collect()
}

#[test]
fn in_modules_of_all_sorts() {
    let mut operators = 0;
    for seed in 0..300 {
        let noise = noise(seed);
        let config = Config {
            min_funcs: 3,
            min_memories: 1,
            gc_enabled: seed % 3 == 0,
            simd_enabled: seed % 2 == 0,
            ..Config::default()
        };
        // Noise may end before the module does.
        let Ok(module) = Module::new(config, &mut Unstructured::new(&noise)) else {
            continue;
        };
        let wasm = module.to_bytes();
        if Validator::new().validate_all(&wasm).is_err() {
            continue; // it has operators that this version of `wasmparser` does not know
        }
        let found = stepped_over(&wasm);
        assert_eq!(found, decoded(&wasm), "seed {seed}");
        operators += found.iter().map(Vec::len).sum::<usize>();
    }
    assert!(operators > 10_000, "only {operators} operators");
}

#[test]
fn in_operators_with_immediates_of_every_kind() {
    let wasm = wat::parse_str(
        r"(module
            (type $two (func (param i32) (result i32 i32)))
            (memory 1) (table 1 funcref) (global $global (mut i64) (i64.const 0))
            (func $f (type $two) (local f32 i64 i64)
                (block (br_table 0 0 0 (local.get 0)))
                (loop (result f64) (f64.const 1e300)) (drop)
                (if (type $two) (local.get 0) (i32.const -123456789)
                    (then (call $f)) (else (call_indirect (type $two) (i32.const 0))))
                (drop) (drop)
                (global.set $global (i64.const -9223372036854775808))
                (f32.store offset=1234567 (i32.const 0) (f32.const 0.1))
                (memory.fill (i32.const 0) (i32.const 0) (memory.grow (i32.const 1)))
                (table.set (i32.const 0) (ref.func $f))
                (drop (ref.is_null (ref.null func)))
                (drop (select (result i64) (i64.const 1) (i64.const 2) (i32.const 3)))
                (i32.trunc_sat_f64_s (f64.const 0)) (i32.const 0)))",
    );
    let wasm = wasm.unwrap();
    assert_eq!(stepped_over(&wasm), decoded(&wasm));
}

#[test]
fn no_bytes_are_too_strange() {
    for seed in 0..2_000 {
        let noise = noise(seed);
        let body = &noise[..(seed as usize % 100)];
        let places = Operators::of(body)
            .into_iter()
            .flatten()
            .map_while(Result::ok);
        assert!(places.map(|one| one.place).is_sorted(), "seed {seed}");
    }
}

#[test]
fn what_is_no_operator_is_the_end() {
    let body = [0, 0x01, 0xFF, 0x01, 0x0B]; // no locals, nop, nothing, nop, end
    let operators: Vec<bool> = Operators::of(&body)
        .unwrap()
        .map(|one| one.is_ok())
        .take(9)
        .collect();
    assert_eq!(operators, [true, false]);
}
