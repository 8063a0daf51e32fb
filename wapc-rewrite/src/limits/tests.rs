//! Modules are written by hand, since only their counts matter.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;

const HEADER: &[u8] = b"\0asm\x01\0\0\0";
const TYPES: u8 = 1;
const GLOBALS: u8 = 6;
const ELEMENTS: u8 = 9;
const DATA: u8 = 11;

/// A module of one section.
fn module(id: u8, content: &[u8]) -> Vec<u8> {
    [HEADER, &section(id, content)].concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], &*number(content.len()), content].concat()
}

fn number(value: usize) -> Vec<u8> {
    let mut rest = value;
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        bytes.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}

/// What is wrong with a module, and how much of it there is.
fn refused(wasm: &[u8]) -> Option<(&'static str, u64)> {
    match check(&Module::read(wasm).ok()?) {
        Err(CompileError::TooLarge { what, count, .. }) => Some((what, count)),
        _ => None,
    }
}

#[test]
fn lists_have_a_length_that_is_the_most() {
    for (id, what, most) in MOST_ENTRIES {
        let list = |entries: u64| {
            let entries = usize::try_from(entries).unwrap();
            // Functions are nothing without their code.
            let code = match id {
                3 => section(
                    10,
                    &[number(entries), [2, 0, 0x0B].repeat(entries)].concat(),
                ),
                _ => Vec::new(),
            };
            refused(&[module(id, &number(entries)), code].concat())
        };
        assert_eq!(list(most), None, "{what}");
        assert_eq!(list(most + 1), Some((what, most + 1)));
    }
}

/// Case G6: the data segments of an actor of Go 1.27 that uses `encoding/json`.
#[test]
fn the_data_segments_of_a_go_module_are_within_the_limits() {
    assert_eq!(refused(&module(DATA, &number(41_527))), None);
}

/// The content of an element section with all kinds of segments, of so many elements each.
fn segments(elements: usize) -> Vec<u8> {
    let offset: &[u8] = &[0x41, 0x80, 0x7f, 0x41, 1, 0x6A, 0x0B];
    let (index, null): (&[u8], &[u8]) = (&[0x80, 1], &[0xD0, 0x70, 0x0B]);
    let segment = |head: &[&[u8]], element: &[u8]| {
        let elements = [number(elements), element.repeat(elements)].concat();
        [head.concat(), elements].concat()
    };
    let segments = [
        segment(&[&[0], offset], index),
        segment(&[&[1, 0]], index),
        segment(&[&[2, 0], offset, &[0]], index),
        segment(&[&[3, 0]], index),
        segment(&[&[4], offset], null),
        segment(&[&[5, 0x63, 0x70]], null),
        segment(&[&[6, 0], offset, &[0x70]], &[0xD2, 0x80, 1, 0x0B]),
        segment(&[&[7, 0x70]], &[0x23, 0, 0x0B]),
    ];
    [number(segments.len()), segments.concat()].concat()
}

#[test]
fn elements_of_all_segments_count_together() {
    let most = usize::try_from(MOST_ELEMENTS).unwrap();
    assert_eq!(refused(&module(ELEMENTS, &segments(most / 8))), None);
    let too_many = refused(&module(ELEMENTS, &segments(most / 8 + 1)));
    assert_eq!(too_many, Some(("elements of tables", MOST_ELEMENTS + 8)));
}

/// Of so many instructions, with all that may be in an expression.
fn expression(instructions: usize) -> Vec<u8> {
    let constants: [&[u8]; 8] = [
        &[0x23, 0x80, 1],
        &[0x41, 0xff, 0x00],
        &[0x42, 0x0B],
        &[0x43, 0x0B, 0x0B, 0, 0],
        &[0x44, 0x0B, 0, 0, 0, 0, 0, 0, 0x0B],
        &[0xD0, 0x70],
        &[0xD2, 0],
        &[0x6A, 0x7E],
    ];
    let padding = [0x6C].repeat(instructions - 9);
    [constants.concat(), padding, vec![0x0B]].concat()
}

#[test]
fn constant_expressions_have_a_length() {
    let most = usize::try_from(MOST_INSTRUCTIONS).unwrap();
    let (short, long, longer) = (expression(10), expression(most), expression(most + 1));
    let global =
        |expression: &[u8]| [&[2, 0x63, 0x70, 1], &*short, &[0x7F, 0], expression].concat();
    let offset = |expression: &[u8]| [&[1, 0], expression, &[1, 0]].concat();
    let element = |expression: &[u8]| [&[1, 5, 0x70, 1], expression].concat();
    let data =
        |expression: &[u8]| [&[3, 1, 1, 0, 2, 0], &*short, &[1, 0, 0], expression, &[0]].concat();
    let too_long = Some((
        "instructions in a constant expression",
        MOST_INSTRUCTIONS + 1,
    ));
    for (id, of) in [
        (GLOBALS, &global as &dyn Fn(&[u8]) -> Vec<u8>),
        (ELEMENTS, &offset),
        (ELEMENTS, &element),
        (DATA, &data),
    ] {
        assert_eq!(refused(&module(id, &of(&long))), None, "{id}");
        assert_eq!(refused(&module(id, &of(&longer))), too_long, "{id}");
    }
    let many = |count: usize| {
        let globals = [&[0x7F, 0], &*expression(11)].concat().repeat(count);
        refused(&module(GLOBALS, &[number(count), globals].concat()))
    };
    assert_eq!(many(1_000), None);
    let what = "instructions in constant expressions, beside the first of each";
    assert_eq!(many(1_001), Some((what, MOST_MORE_INSTRUCTIONS + 10)));
}

#[test]
fn functions_take_and_return_at_most_so_many_values() {
    let of = |types: &[&[u8]]| {
        let types = [&[types.len() as u8], &types.concat()[..]].concat();
        refused(&module(TYPES, &types))
    };
    let list = |values: usize| [number(values), [0x7E].repeat(values)].concat();
    let function = |params: &[u8], results: &[u8]| [&[0x60], params, results].concat();
    let most = usize::try_from(MOST_VALUES).unwrap();
    let (short, most, more) = (function(&list(2), &list(1)), list(most), list(most + 1));
    assert_eq!(of(&[&short, &function(&most, &most), &short]), None);
    let too_many = Some(("values that a function takes, or returns", MOST_VALUES + 1));
    assert_eq!(of(&[&short, &function(&more, &[0])]), too_many);
    assert_eq!(of(&[&short, &function(&[0], &more)]), too_many);
}

/// A module of two functions, the second with these declarations of locals and so many bytes.
fn code(locals: &[u8], bytes: usize) -> Vec<u8> {
    let body = [locals, &vec![0x0B; bytes - locals.len()]].concat();
    let code = [&[2, 2, 0, 0x0B], &*number(bytes), &*body].concat();
    [module(3, &[2, 0, 0]), section(10, &code)].concat()
}

#[test]
fn functions_have_a_length() {
    let most = usize::try_from(MOST_FUNCTION_BYTES).unwrap();
    assert_eq!(refused(&code(&[0], most)), None);
    let too_long = Some(("bytes of code in a function", MOST_FUNCTION_BYTES + 1));
    assert_eq!(refused(&code(&[0], most + 1)), too_long);
}

#[test]
fn functions_have_so_many_locals() {
    let locals = |count: u64| {
        let count = number(usize::try_from(count).unwrap());
        code(&[&[2, 1, 0x7E], &*count, &[0x7F]].concat(), 100)
    };
    assert_eq!(refused(&locals(MOST_LOCALS - 1)), None);
    let too_many = Some(("locals in a function", MOST_LOCALS + 1));
    assert_eq!(refused(&locals(MOST_LOCALS)), too_many);
    // Validation refuses these, with another error.
    assert_eq!(refused(&locals(MOST_VALID_LOCALS)), None);
}

#[test]
fn what_is_no_module_is_left_to_the_engine() {
    let cut = module(3, &number(60_000));
    for wasm in [
        &b""[..],
        b"\0asm",
        b"\0asm\x02\0\0\0",
        &cut[..cut.len() - 1],
    ] {
        assert_eq!(refused(wasm), None);
    }
}
