//! Modules that are nearly valid. An engine that adds something to a module must not make it what the
//! module lacks.

use crate::harness::try_compile;
use capwire_wapc::{CompileError, Engine};

/// Names something by its index, written `INDEX`.
struct Use {
    /// The last one that there is.
    last: u32,
    code: &'static str,
    field: &'static str,
}

const fn in_code(last: u32, code: &'static str) -> Use {
    Use {
        last,
        code,
        field: "",
    }
}

const fn in_field(last: u32, field: &'static str) -> Use {
    Use {
        last,
        code: "",
        field,
    }
}

const USES: [Use; 16] = [
    in_code(1, "unreachable (call INDEX) unreachable"),
    in_code(1, "(drop (ref.func INDEX))"),
    in_code(2, "(drop (local.get INDEX))"),
    in_code(2, "(local.set INDEX (i32.const 0))"),
    in_code(
        1,
        "unreachable (block (type INDEX) unreachable) unreachable",
    ),
    in_code(1, "unreachable (call_indirect (type INDEX)) unreachable"),
    in_code(0, "(drop (global.get INDEX))"),
    in_code(0, "unreachable (i32.load INDEX) unreachable"),
    in_code(0, "(drop (table.size INDEX))"),
    in_code(0, "(data.drop INDEX)"),
    in_code(0, "(elem.drop INDEX)"),
    in_field(1, r#"(export "one" (func INDEX))"#),
    in_field(1, "(elem declare func INDEX)"),
    in_field(1, "(elem declare funcref (ref.func INDEX))"),
    in_field(1, "(global funcref (ref.func INDEX))"),
    in_field(1, "(func (type INDEX) unreachable)"),
];

/// The number of invalid indices that are tried.
const BEHIND: u32 = 9;

/// A module that names what it does not have is refused, whatever it names.
pub fn indices(engine: &dyn Engine) {
    for Use { last, code, field } in USES {
        let compile = |index: u32| {
            let index = index.to_string();
            let text = module(
                &code.replace("INDEX", &index),
                &field.replace("INDEX", &index),
            );
            try_compile(engine, &text)
        };
        compile(last).unwrap();
        for behind in 1..=BEHIND {
            assert_invalid(
                compile(last + behind),
                &format!("{code}{field}: {behind} behind"),
            );
        }
    }
}

/// A guest with one import, of which an engine may want to do something before it runs: it calls the
/// host and moves many bytes.
fn module(code: &str, field: &str) -> String {
    format!(
        r#"(module
          (import "wapc" "__guest_response" (func (param i32 i32)))
          (memory (export "memory") 1)
          (table 1 funcref)
          (global (mut i32) (i32.const 0))
          (func (export "__guest_call") (param i32 i32) (result i32) (local i32)
            (call 0 (i32.const 0) (i32.const 0))
            (memory.fill (i32.const 0) (i32.const 0) (local.get 0))
            (memory.copy (i32.const 0) (i32.const 0) (local.get 0))
            {code}
            (i32.const 1))
          (elem func)
          (data "")
          {field})"#
    )
}

const TYPES: (u8, &[u8]) = (1, &[2, 0x60, 0, 0, 0x60, 2, 0x7F, 0x7F, 1, 0x7F]);
const FUNCTIONS: (u8, &[u8]) = (3, &[2, 0, 1]);
const MEMORY: (u8, &[u8]) = (5, &[1, 0, 1]);
const EXPORTS: (u8, &[u8]) = (7, b"\x02\x06memory\x02\0\x0C__guest_call\0\x01");
const START: (u8, &[u8]) = (8, &[0]);
const CODE: (u8, &[u8]) = (10, &[2, 2, 0, 0x0B, 4, 0, 0x41, 0, 0x0B]);

/// A module is refused if its sections are out of order, repeated, or longer than their content.
pub fn sections(engine: &dyn Engine) {
    let compile = |sections: &[(u8, &[u8])]| engine.compile(&in_binary(sections)).map(drop);
    compile(&[TYPES, FUNCTIONS, MEMORY, EXPORTS, START, CODE]).unwrap();
    for wrong in [
        [TYPES, FUNCTIONS, MEMORY, START, EXPORTS, CODE],
        [EXPORTS, TYPES, FUNCTIONS, MEMORY, START, CODE],
        [TYPES, FUNCTIONS, MEMORY, EXPORTS, CODE, START],
        [TYPES, FUNCTIONS, MEMORY, EXPORTS, START, START],
        [TYPES, FUNCTIONS, MEMORY, EXPORTS, (8, &[0, 0]), CODE],
        [TYPES, FUNCTIONS, MEMORY, EXPORTS, (8, &[]), CODE],
        [TYPES, FUNCTIONS, MEMORY, EXPORTS_AND_MORE, START, CODE],
        [TYPES, FUNCTIONS, MEMORY, EXPORTS, START, CODE_AND_MORE],
    ] {
        assert_invalid(compile(&wrong), &format!("{wrong:?}"));
    }
}

/// A module is refused if the size of a function is not that of its code.
pub fn bodies(engine: &dyn Engine) {
    for wrong in [
        &[2, 2, 0, 0x0B, 3, 0, 0x41, 0][..],
        &[2, 2, 0, 0x0B, 5, 0, 0x41, 0, 0x0B, 0x01],
        &[2, 2, 0, 0x0B, 5, 0, 0x41, 0, 0x0B, 0x0B],
        &[2, 2, 0, 0x0B, 0],
        &[2, 1, 0, 4, 0, 0x41, 0, 0x0B],
        &[2, 3, 0, 0x0B, 4, 0, 0x41, 0, 0x0B],
    ] {
        let wasm = in_binary(&[TYPES, FUNCTIONS, MEMORY, EXPORTS, START, (10, wrong)]);
        assert_invalid(engine.compile(&wasm), &format!("{wrong:?}"));
    }
}

/// The last byte would be the length of a name if one more export followed.
const EXPORTS_AND_MORE: (u8, &[u8]) = (7, b"\x02\x06memory\x02\0\x0C__guest_call\0\x01\x16");
/// The last byte would be the length of a function.
const CODE_AND_MORE: (u8, &[u8]) = (10, &[2, 2, 0, 0x0B, 4, 0, 0x41, 0, 0x0B, 2]);

/// Contents are shorter than 128 bytes.
fn in_binary(sections: &[(u8, &[u8])]) -> Vec<u8> {
    let mut wasm = b"\0asm\x01\0\0\0".to_vec();
    for (id, content) in sections {
        wasm.extend([*id, content.len() as u8]);
        wasm.extend_from_slice(content);
    }
    wasm
}

fn assert_invalid<T>(compiled: Result<T, CompileError>, what: &str) {
    match compiled {
        Err(CompileError::Invalid { .. }) => {}
        Err(error) => panic!("{what}: {error:?}"),
        Ok(_) => panic!("{what}: it is accepted"),
    }
}
