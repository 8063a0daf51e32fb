//! Tests of the walk over sections, on modules built by hand.

use super::*;

const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

fn module(sections: &[&[u8]]) -> Vec<u8> {
    [EMPTY, &sections.concat()].concat()
}

fn failure(wasm: &[u8]) -> ModuleError {
    Parts::of(wasm).unwrap_err()
}

#[test]
fn a_module_falls_into_what_is_before_the_token_the_token_and_what_is_after() {
    let (before, token, after) = (b"\x01\x01x", b"\0\x06\x03jwtab", b"\0\x02\x01n");
    let wasm = module(&[before, token, after]);
    let parts = Parts::of(&wasm).unwrap();
    assert_eq!(parts.before, module(&[before]));
    assert_eq!(parts.token, Some(&b"ab"[..]));
    assert_eq!(parts.after, after);
}

#[test]
fn a_module_without_a_token_is_all_before_it() {
    for other in [
        &b"\0\x04\x03JWT"[..],
        b"\0\x05\x04jwt ",
        b"\0\x06\x01njwt!",
        b"\x01\x05\x03jwta",
    ] {
        let wasm = module(&[other]);
        let parts = Parts::of(&wasm).unwrap();
        assert_eq!(
            (parts.before, parts.token, parts.after),
            (&wasm[..], None, &b""[..])
        );
    }
}

#[test]
fn a_new_token_goes_where_the_old_one_was_and_else_to_the_end() {
    let (before, after) = (b"\x01\x01x", b"\0\x02\x01n");
    let written = b"\0\x06\x03jwtAB";
    let old = module(&[before, b"\0\x0F\x0Dwasmcloud_jwtx", after]);
    let new = Parts::of(&old).unwrap().with_token("AB").unwrap();
    assert_eq!(new, module(&[before, written, after]));
    let unsigned = module(&[before, after]);
    let new = Parts::of(&unsigned).unwrap().with_token("AB").unwrap();
    assert_eq!(new, module(&[before, after, written]));
}

#[test]
fn sizes_may_be_padded_to_five_bytes_and_no_further() {
    let padded = module(&[b"\0\x86\x80\x80\x80\0\x03jwtab"]);
    assert_eq!(Parts::of(&padded).unwrap().token, Some(&b"ab"[..]));
    let padded_name = module(&[b"\0\x0A\x83\x80\x80\x80\0jwtab"]);
    assert_eq!(Parts::of(&padded_name).unwrap().token, Some(&b"ab"[..]));

    let what = "size of a section";
    for number in [
        &b"\x86\x80\x80\x80\x80\0"[..],
        b"\x86\x80\x80\x80\x10",
        b"\xFF\xFF\xFF\xFF\x7F",
    ] {
        let wasm = module(&[b"\0", number, b"\x03jwtab"]);
        assert_eq!(failure(&wasm), ModuleError::Number { what, offset: 9 });
    }
}

#[test]
fn five_bytes_that_do_not_end_are_no_number_even_at_the_end_of_the_file() {
    let what = "size of a section";
    let endless = module(&[b"\0\x80\x80\x80\x80\x80"]);
    assert_eq!(failure(&endless), ModuleError::Number { what, offset: 9 });
    let cut = ModuleError::Truncated { what, offset: 9 };
    assert_eq!(failure(&endless[..13]), cut);
}

#[test]
fn a_file_that_ends_early_is_truncated_wherever_it_ends() {
    let wasm = module(&[b"\x01\x01x", b"\0\x86\x80\0\x03jwtab", b"\0\x02\x01n"]);
    let whole = [8, 11, 21];
    for length in (8..wasm.len()).filter(|length| !whole.contains(length)) {
        let cut = failure(&wasm[..length]);
        assert!(
            matches!(cut, ModuleError::Truncated { .. }),
            "{length}: {cut:?}"
        );
    }
    for length in 0..4 {
        assert_eq!(failure(&wasm[..length]), ModuleError::NotWasm);
    }
    for length in 4..8 {
        assert_eq!(
            failure(&wasm[..length]),
            ModuleError::Truncated {
                what: "version",
                offset: 4
            }
        );
    }
}

#[test]
fn a_section_cannot_claim_more_than_there_is() {
    let huge = b"\0\x80\x80\x80\x80\x04\x03jwtab";
    assert_eq!(
        failure(&module(&[huge])),
        ModuleError::Truncated {
            what: "section",
            offset: 8
        }
    );
}

#[test]
fn a_name_cannot_reach_beyond_its_section() {
    let wasm = module(&[b"\0\x03\x03jw", b"t\x01x"]);
    let what = "name of a section";
    assert_eq!(failure(&wasm), ModuleError::Truncated { what, offset: 8 });
    let not_utf8 = module(&[b"\0\x03\x02\xFF\xFE"]);
    assert_eq!(failure(&not_utf8), ModuleError::Name { offset: 8 });
    let no_name = module(&[b"\0\0"]);
    let what = "length of a section's name";
    assert_eq!(
        failure(&no_name),
        ModuleError::Truncated { what, offset: 10 }
    );
}

#[test]
fn two_tokens_are_refused_under_either_name() {
    let (old, new) = (b"\0\x06\x03jwtab", b"\0\x10\x0Dwasmcloud_jwtab");
    for pair in [[&old[..], old], [old, new], [new, old], [new, new]] {
        let (first, second) = (8, 8 + pair[0].len());
        assert_eq!(
            failure(&module(&pair)),
            ModuleError::SeveralTokens { first, second }
        );
    }
}

#[test]
fn files_of_other_formats_are_named() {
    assert_eq!(failure(b"\x7FELF\x01\x01\x01\0"), ModuleError::NotWasm);
    assert_eq!(failure(b"\0asm\x0D\0\x01\0"), ModuleError::Component);
    assert_eq!(failure(b"\0asm\x02\0\0\0"), ModuleError::Version);
}

#[test]
fn numbers_survive_their_encoding() {
    for value in [0, 1, 0x7F, 0x80, 0x3FFF, 0x4000, u32::MAX - 1, u32::MAX] {
        let bytes = leb::encode(value);
        assert_eq!(leb::decode(&bytes), Ok((value, bytes.len())));
    }
    assert_eq!(leb::encode(624_485), vec![0xE5, 0x8E, 0x26]);
}

#[test]
fn a_second_module_in_a_file_is_named_n10() {
    let one = b"\0asm\x01\0\0\0\x00\x02\x01a".as_slice();
    let two = [one, one].concat();
    let error = Parts::of(&two).unwrap_err();
    assert_eq!(error, ModuleError::SecondModule { offset: one.len() });
}
