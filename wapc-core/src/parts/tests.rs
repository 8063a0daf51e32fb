//! Modules are written by hand, since only their counts matter.

use super::*;
use crate::sections::HEADER;

fn module(id: u8, content: &[u8]) -> Vec<u8> {
    [HEADER, &[id], &number(content.len()), content].concat()
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
    match check(wasm) {
        Err(CompileError::TooLarge { what, count, .. }) => Some((what, count)),
        _ => None,
    }
}

#[test]
fn lists_have_a_length_that_is_the_most() {
    for (id, what, most) in MOST {
        let most = usize::try_from(most).unwrap();
        assert_eq!(refused(&module(id, &number(most))), None, "{what}");
        let one_more = refused(&module(id, &number(most + 1)));
        assert_eq!(one_more, Some((what, most as u64 + 1)));
    }
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
    assert_eq!(elements::count(&segments(3)), 24);
    let most = usize::try_from(MOST_ELEMENTS).unwrap();
    assert_eq!(refused(&module(ELEMENTS, &segments(most / 8))), None);
    let too_many = refused(&module(ELEMENTS, &segments(most / 8 + 1)));
    assert_eq!(too_many, Some(("elements of tables", MOST_ELEMENTS + 8)));
}

#[test]
fn what_cannot_be_read_has_as_many_elements_as_bytes() {
    for wrong in [&[1][..], &[1, 5, 0x70, 1, 0xFB, 0x0B], &[0xff; 9], &[]] {
        assert_eq!(elements::count(wrong), wrong.len() as u64);
    }
    assert_eq!(elements::count(&[1, 1, 0, 0xff, 0xff, 0xff, 0x7f]), 7);
}

/// Of so many instructions, with all that may be in an expression.
fn expression(instructions: usize) -> Vec<u8> {
    let constants: [&[u8]; 9] = [
        &[0x23, 0x80, 1],
        &[0x41, 0xff, 0x00],
        &[0x42, 0x0B],
        &[0x43, 0x0B, 0x0B, 0, 0],
        &[0x44, 0x0B, 0, 0, 0, 0, 0, 0, 0x0B],
        &[0xD0, 0x70],
        &[0xD2, 0],
        &[0x6A, 0x7E],
        &[
            0xFD, 12, 0x0B, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0B,
        ],
    ];
    let padding = [0x6C].repeat(instructions - 10);
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
    // What no engine reads is for the engine to refuse.
    let unreadable = [&[1, 0x7F, 0, 0xFB], &*longer].concat();
    assert_eq!(refused(&module(GLOBALS, &unreadable)), None);
}

#[test]
fn functions_take_and_give_at_most_so_many_values() {
    let of = |types: &[&[u8]]| {
        refused(&module(
            TYPES,
            &[&[types.len() as u8], &types.concat()[..]].concat(),
        ))
    };
    let list =
        |values: u64, ty: &[u8]| [number(values as usize), ty.repeat(values as usize)].concat();
    let function = |params: &[u8], results: &[u8]| [&[0x60], params, results].concat();
    let short = function(&list(2, &[0x7F]), &list(1, &[0x64, 0xF0, 0]));
    let (most, more) = (list(MOST_VALUES, &[0x7E]), list(MOST_VALUES + 1, &[0x7E]));
    assert_eq!(of(&[&short, &function(&most, &most), &short]), None);
    let too_many = Some(("values that a function takes, or gives", MOST_VALUES + 1));
    assert_eq!(of(&[&short, &function(&more, &[0])]), too_many);
    assert_eq!(of(&[&short, &function(&[0], &more)]), too_many);
    assert_eq!(
        of(&[&short, &function(&list(1, &[0x63, 0x70]), &more)]),
        too_many
    );
    assert_eq!(types::longest(&[1, 0x60, 5, 0x7F]), 5);
    // The same types as final ones, of which there are none above.
    for is_final in [&[0x4F, 0][..], &[0x4F, 0x80, 0]] {
        let short = [is_final, &short].concat();
        let long = [is_final, &function(&[0], &more)].concat();
        assert_eq!(of(&[&short, &short]), None);
        assert_eq!(of(&[&short, &long]), too_many);
    }
}

#[test]
fn one_function_may_be_too_long() {
    let code = |bytes: usize| {
        let long = [number(bytes), vec![0; bytes]].concat();
        module(CODE, &[&[2, 2, 0, 0x0B][..], &long].concat())
    };
    let most = usize::try_from(MOST_FUNCTION_BYTES).unwrap();
    assert_eq!(refused(&code(most)), None);
    assert_eq!(largest_function(&code(most)), MOST_FUNCTION_BYTES);
    let too_long = Some(("bytes of code in a function", MOST_FUNCTION_BYTES + 1));
    assert_eq!(refused(&code(most + 1)), too_long);
    // A length beyond the section is for the engine to refuse.
    let beyond = module(CODE, &[1, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    assert!(refused(&beyond).is_some());
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
