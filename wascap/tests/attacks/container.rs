//! Attacks on the module around the token.

use crate::support::{CODE, Forge, HEADER, OTHER, refusal, section, verify, with_token};
use capwire_wascap::{Hash, InspectError, ModuleError, VerifyError, inspect_module};

#[test]
fn the_token_is_left_out() {
    assert_eq!(refusal(CODE), VerifyError::Module(ModuleError::Unsigned));
    assert_eq!(
        inspect_module(CODE).unwrap_err(),
        InspectError::Module(ModuleError::Unsigned)
    );
}

#[test]
fn one_byte_of_the_code_is_changed_at_every_place() {
    let signed = Forge::new().module();
    for at in 0..CODE.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut changed = signed.clone();
            changed[at] ^= flip;
            let error = refusal(&changed);
            let caught = matches!(error, VerifyError::Hash { .. } | VerifyError::Module(_));
            assert!(caught, "byte {at} ^ {flip:#x}: {error:?}");
        }
    }
}

#[test]
fn one_bit_of_the_token_is_changed_at_every_place() {
    let signed = Forge::new().module();
    for at in CODE.len()..signed.len() {
        let mut changed = signed.clone();
        changed[at] ^= 0x01;
        assert!(verify(&changed).is_err(), "byte {at}");
    }
}

#[test]
fn the_content_of_another_custom_section_is_changed() {
    let mut signed = Forge::new().module();
    let note = CODE.len() - 1;
    assert_eq!(signed[note], b'i');
    signed[note] = b'o';
    assert!(matches!(refusal(&signed), VerifyError::Hash { .. }));
}

#[test]
fn a_section_is_added_after_the_token() {
    let mut signed = Forge::new().module();
    signed.extend(section("note", b"more"));
    assert!(matches!(refusal(&signed), VerifyError::Hash { .. }));
}

#[test]
fn a_section_is_added_before_the_token() {
    let code = [CODE, &section("note", b"more")].concat();
    let signed = with_token(&code, &Forge::new().token());
    assert!(matches!(refusal(&signed), VerifyError::Hash { .. }));
}

#[test]
fn bytes_trail_the_last_section() {
    for tail in [&b"\0"[..], b"\x01", b"junk", b"\xFF\xFF\xFF\xFF\xFF\xFF"] {
        let signed = [&Forge::new().module(), tail].concat();
        assert!(verify(&signed).is_err(), "{tail:?}");
    }
}

#[test]
fn bytes_precede_the_module() {
    let signed = [b"\0", &Forge::new().module()[..]].concat();
    assert_eq!(refusal(&signed), VerifyError::Module(ModuleError::NotWasm));
}

#[test]
fn the_token_of_another_module_is_used() {
    let mut other = CODE.to_vec();
    let last = other.len() - 1;
    other[last] = b'o';
    let signed = with_token(&other, &Forge::new().token());
    let (claimed, actual) = (Hash::of(CODE), Hash::of(&other));
    assert_eq!(refusal(&signed), VerifyError::Hash { claimed, actual });
}

#[test]
fn a_second_token_follows_the_first() {
    let signed = Forge::new().module();
    let twice = [&signed[..], &signed[CODE.len()..]].concat();
    let (first, second) = (CODE.len(), signed.len());
    let error = ModuleError::SeveralTokens { first, second };
    assert_eq!(refusal(&twice), VerifyError::Module(error));
    assert_eq!(
        inspect_module(&twice).unwrap_err(),
        InspectError::Module(error)
    );
}

#[test]
fn a_second_token_hides_under_the_later_name() {
    let signed = Forge::new().module();
    let forged = Forge {
        secret: OTHER,
        ..Forge::new()
    }
    .token();
    for name in ["jwt", "wasmcloud_jwt"] {
        let added = section(name, forged.as_bytes());
        let after = [&signed[..], &added].concat();
        let before = [&CODE[..8], &added, &signed[8..]].concat();
        for wasm in [after, before] {
            let error = refusal(&wasm);
            let caught = matches!(
                error,
                VerifyError::Module(ModuleError::SeveralTokens { .. })
            );
            assert!(caught, "{name}: {error:?}");
        }
    }
}

#[test]
fn the_token_is_moved_within_the_module_which_changes_nothing() {
    let token = section("jwt", Forge::new().token().as_bytes());
    let moved = [&CODE[..8], &token, &CODE[8..]].concat();
    verify(&moved).expect("the token may stand anywhere");
}

#[test]
fn sections_are_reordered() {
    let signed = Forge::new().module();
    let (types, functions) = (8..15, 15..19);
    let reordered = [
        &signed[..8],
        &signed[functions],
        &signed[types],
        &signed[19..],
    ]
    .concat();
    assert!(matches!(refusal(&reordered), VerifyError::Hash { .. }));
}

#[test]
fn the_token_is_nested_in_another_custom_section() {
    let nested = section("outer", &section("jwt", Forge::new().token().as_bytes()));
    let wasm = [CODE, &nested].concat();
    assert_eq!(refusal(&wasm), VerifyError::Module(ModuleError::Unsigned));
}

#[test]
fn the_signed_module_is_nested_in_a_component() {
    let signed = Forge::new().module();
    let component = [b"\0asm\x0D\0\x01\0\x01", &[0x80 | 0x7F, 0x7F][..], &signed].concat();
    assert_eq!(
        refusal(&component),
        VerifyError::Module(ModuleError::Component)
    );
}

#[test]
fn the_token_is_in_a_section_that_only_looks_like_one() {
    for name in ["JWT", "jwt\0", " jwt", "jw\u{74}\u{200B}", "ｊｗｔ", ""] {
        let wasm = [CODE, &section(name, Forge::new().token().as_bytes())].concat();
        assert_eq!(
            refusal(&wasm),
            VerifyError::Module(ModuleError::Unsigned),
            "{name:?}"
        );
    }
}

#[test]
fn sizes_are_padded_which_is_legal_and_moves_no_hash() {
    let token = Forge::new().token();
    let size = 4 + token.len();
    for padding in 0..=3 {
        let mut number = vec![(size % 128) as u8 | 0x80, (size / 128) as u8];
        if padding > 0 {
            number[1] |= 0x80;
            number.extend(vec![0x80; padding - 1]);
            number.push(0);
        }
        let wasm = [CODE, b"\0", &number, b"\x03jwt", token.as_bytes()].concat();
        verify(&wasm).unwrap_or_else(|error| panic!("padded by {padding}: {error}"));
    }
}

/// Asserts that a size is refused which begins as the right one and goes on so.
fn assert_no_size(rest: &[u8]) {
    let token = Forge::new().token();
    let size = 4 + token.len();
    let begin = [(size % 128) as u8 | 0x80, (size / 128) as u8 | 0x80];
    let wasm = [CODE, b"\0", &begin, rest, b"\x03jwt", token.as_bytes()].concat();
    let (what, offset) = ("size of a section", CODE.len() + 1);
    assert_eq!(
        refusal(&wasm),
        VerifyError::Module(ModuleError::Number { what, offset })
    );
}

#[test]
fn a_size_is_padded_beyond_five_bytes() {
    assert_no_size(&[0x80, 0x80, 0x80, 0]);
}

#[test]
fn a_size_has_bits_beyond_the_thirty_second() {
    assert_no_size(&[0x80, 0x80, 0x10]);
}

#[test]
fn a_section_claims_a_gibibyte() {
    let wasm = [
        CODE,
        b"\0\x80\x80\x80\x80\x04\x03jwt",
        Forge::new().token().as_bytes(),
    ]
    .concat();
    let (what, offset) = ("section", CODE.len());
    assert_eq!(
        refusal(&wasm),
        VerifyError::Module(ModuleError::Truncated { what, offset })
    );
}

#[test]
fn the_file_is_cut_off_anywhere() {
    let signed = Forge::new().module();
    for length in 0..signed.len() {
        assert!(verify(&signed[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn the_file_is_no_wasm() {
    for file in [
        &b""[..],
        b"\0as",
        b"#!/bin/sh\n",
        b"\x7FELF",
        HEADER.as_bytes(),
    ] {
        assert_eq!(refusal(file), VerifyError::Module(ModuleError::NotWasm));
    }
    assert_eq!(
        refusal(b"\0asm\x02\0\0\0"),
        VerifyError::Module(ModuleError::Version)
    );
}

#[test]
fn the_hash_is_that_of_the_signed_file_or_in_another_spelling() {
    let hash = Hash::of(CODE).to_string();
    let signed = Forge::new().module();
    let whole = Forge::new().replace(&hash, &Hash::of(&signed).to_string());
    assert!(matches!(whole.refusal(), VerifyError::Hash { .. }));
    for spelling in [
        hash.to_lowercase(),
        hash[..62].into(),
        format!("{hash}00"),
        String::new(),
    ] {
        let forge = Forge::new().replace(&hash, &spelling);
        assert!(
            matches!(forge.refusal(), VerifyError::Token(_)),
            "{spelling}"
        );
    }
}
