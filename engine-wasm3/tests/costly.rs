//! Tests that modules are refused of which wasm3 would need much time and memory to make an instance.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use capwire_engine_wasm3::Wasm3;
use capwire_wapc::{CompileError, Engine};

/// Compiles a guest that also has `fields`.
fn compile(fields: &str) -> Result<(), CompileError> {
    let module = format!(
        r#"(module (memory (export "memory") 1) {fields}
            (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))"#
    );
    let wasm = wat::parse_str(module).unwrap();
    Wasm3::new().unwrap().compile(&wasm).map(drop)
}

/// Returns the count that exceeds its limit.
fn refused(fields: &str) -> &'static str {
    match compile(fields) {
        Err(CompileError::TooCostly {
            what, count, most, ..
        }) => {
            assert!(count > most);
            what
        }
        other => panic!("{other:?}"),
    }
}

/// A loop has three bytes in the file. With counting it has nine times as many.
#[test]
fn more_code_than_wasm3_is_asked_to_take() {
    let loops = |count| format!("(func {})", "(loop)".repeat(count)).repeat(20);
    compile(&loops(10_000)).unwrap();
    let what = refused(&loops(20_000));
    assert!(what.starts_with("bytes of code"), "{what}");
}

#[test]
fn more_bytes_than_wasm3_is_asked_to_read() {
    let bytes = vec![0; (32 << 20) + 1];
    let refused = Wasm3::new().unwrap().compile(&bytes);
    assert!(matches!(
        refused,
        Err(CompileError::TooCostly { what: "bytes", .. })
    ));
}

#[test]
fn more_elements_than_wasm3_gives_a_table() {
    let tables = |elements| format!("(table {elements} funcref) (table 5000000 funcref)");
    compile(&tables(5_000_000)).unwrap();
    let what = refused(&tables(5_000_001));
    assert!(what.starts_with("elements of tables"), "{what}");
}

/// Returns code that moves `values` values on its stack `times` times.
fn moving(values: usize, instruction: &str, times: usize) -> String {
    let (types, pushed) = ("i32 ".repeat(values), "(i32.const 0)".repeat(values));
    let (moves, dropped) = (instruction.repeat(times), "drop ".repeat(values));
    format!(
        "(type $results (func (result {types}))) (type $both (func (param {types}) (result {types})))
        (func $same (type $both) {})
        (func (block (type $results) {pushed} {moves}) {dropped})
        (func {pushed} (loop (type $both) {moves}) {dropped})",
        (0..values).map(|local| format!("(local.get {local})")).collect::<String>()
    )
}

#[test]
fn more_values_than_wasm3_is_asked_to_move() {
    let table = format!("(br_table {}(i32.const 0))", "0 ".repeat(1_000));
    let moves = [
        ("(br_if 0 (i32.const 0))", 1_000),
        ("(call $same)", 1_000),
        ("(block (type $both))", 1_000),
        ("(if (type $both) (i32.const 0) (then) (else))", 1_000),
        ("(loop (type $both))", 1_000),
        (table.as_str(), 1),
    ];
    for (instruction, times) in moves {
        compile(&moving(4, instruction, times)).unwrap();
        let what = refused(&moving(100, instruction, 20 * times));
        assert!(what.contains("values"), "{instruction}: {what}");
    }
}
