//! Modules are written by hand: the point is their bytes.

use super::*;

/// `(module (func) (export "f" (func 0)) (start 0))`, sections given as identifier and content.
fn module(sections: &[(u8, &[u8])]) -> Vec<u8> {
    let mut wasm = HEADER.to_vec();
    for (id, content) in sections {
        wasm.push(*id);
        write_u32(&mut wasm, u32::try_from(content.len()).unwrap());
        wasm.extend_from_slice(content);
    }
    wasm
}

const TYPES: (u8, &[u8]) = (1, &[1, 0x60, 0, 0]);
const FUNCTIONS: (u8, &[u8]) = (3, &[1, 0]);
const ONE_EXPORT: (u8, &[u8]) = (EXPORTS, &[1, 1, b'f', 0, 0]);
const STARTS_0: (u8, &[u8]) = (START, &[0]);
const CODE: (u8, &[u8]) = (10, &[1, 2, 0, 0x0b]);

fn moved(exports: &[u8]) -> Vec<u8> {
    let mut content = exports.to_vec();
    content.push(u8::try_from(EXPORT.len()).unwrap());
    content.extend_from_slice(EXPORT.as_bytes());
    content.extend_from_slice(&[KIND_FUNCTION, 0]);
    module(&[TYPES, FUNCTIONS, (EXPORTS, &content), CODE])
}

#[test]
fn a_module_without_a_start_section_stays_as_it_is() {
    let wasm = module(&[TYPES, FUNCTIONS, ONE_EXPORT, CODE]);
    assert!(matches!(as_export(&wasm), Ok(Cow::Borrowed(same)) if same == wasm));
}

#[test]
fn a_start_section_becomes_one_more_export() {
    let wasm = module(&[TYPES, FUNCTIONS, ONE_EXPORT, STARTS_0, CODE]);
    assert_eq!(
        as_export(&wasm).unwrap(),
        moved(&[2, 1, b'f', 0, 0]).as_slice()
    );
}

#[test]
fn a_module_that_exports_nothing_gets_an_export_section() {
    let wasm = module(&[TYPES, FUNCTIONS, STARTS_0, CODE]);
    assert_eq!(as_export(&wasm).unwrap(), moved(&[1]).as_slice());
}

#[test]
fn a_padded_length_is_understood() {
    let mut wasm = HEADER.to_vec();
    wasm.extend_from_slice(&[START, 0x81, 0x80, 0x80, 0x80, 0x00, 0]);
    assert!(matches!(as_export(&wasm), Ok(Cow::Owned(_))));
}

#[test]
fn what_is_no_sequence_of_sections_is_refused() {
    let two_starts = module(&[STARTS_0, STARTS_0]);
    let two_exports = module(&[ONE_EXPORT, ONE_EXPORT, STARTS_0]);
    let too_short = [HEADER, &[START, 2, 0]].concat();
    let too_long_length = [HEADER, &[START, 0x81, 0x80, 0x80, 0x80, 0x80, 0, 0]].concat();
    let component = b"\0asm\x0d\0\x01\0";
    for wasm in [
        &two_starts[..],
        &two_exports,
        &too_short,
        &too_long_length,
        component,
        b"\0asm",
        b"",
    ] {
        assert_eq!(as_export(wasm), Err(Malformed), "{wasm:?}");
    }
}
