//! How functions are called that a trap tells of.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_wapc_rewrite::{MOST, Names, frames};

fn told(text: &str, functions: &[u32]) -> Vec<String> {
    let wasm = wat::parse_str(text).unwrap();
    let frames = Names::of(&wasm).frames(functions.iter().copied());
    frames.iter().map(ToString::to_string).collect()
}

#[test]
fn a_function_has_its_name_or_its_index() {
    let text = r#"(module (import "m" "n" (func $imported)) (func $first) (func) (func $"a b"))"#;
    assert_eq!(
        told(text, &[3, 2, 1, 0, 7]),
        ["a b", "function 2", "first", "imported", "function 7"]
    );
    assert_eq!(told("(module (func))", &[0]), ["function 0"]);
}

#[test]
fn symbols_are_written_as_in_their_source() {
    let functions = [
        (2, Some("_ZN4shop5share17h0123456789abcdefE")),
        (1, Some("_RNvC4shop5order")),
        (0, Some("__guest_call")),
    ];
    let told: Vec<String> = frames(functions).map(|frame| frame.to_string()).collect();
    assert_eq!(told, ["shop::share", "shop::order", "__guest_call"]);
}

/// What a symbol says at `place` is meant again, in Rust's v0 mangling: numbers have base 62.
fn reference(place: usize) -> String {
    const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let (mut rest, mut digits) = (place - 1, Vec::new());
    while rest >= DIGITS.len() {
        digits.insert(0, DIGITS[rest % DIGITS.len()]);
        rest /= DIGITS.len();
    }
    digits.insert(0, DIGITS[rest]);
    format!("B{}_", String::from_utf8(digits).unwrap())
}

/// Each part of this symbol means the one before it, twice.
#[test]
fn a_symbol_that_means_a_megabyte_is_read_as_far_as_it_is_shown() {
    let mut symbol = "_RIC1aTmmE".to_owned();
    let mut before = 4;
    for _ in 0..40 {
        let place = symbol.len() - 2;
        let reference = reference(before);
        symbol.push_str(&format!("T{reference}{reference}E"));
        before = place;
    }
    symbol.push('E');
    let all = rustc_demangle::demangle(&symbol).to_string();
    assert!(all.len() > 100_000, "{all}");
    let functions = vec![(0, Some(&*symbol)); MOST];
    for frame in frames(functions) {
        let name = frame.name().unwrap();
        assert!(name.starts_with("a::<(u32, u32)"), "{name}");
        assert!(name.len() < 250, "{} bytes", name.len());
    }
}

#[test]
fn how_a_panic_is_told_is_left_out() {
    let functions = [
        (9, Some("abort")),
        (
            8,
            Some("_ZN3std3sys9backtrace26__rust_end_short_backtrace17h0123456789abcdefE"),
        ),
        (7, Some("panicking")),
    ];
    let told: Vec<u32> = frames(functions).map(|frame| frame.index()).collect();
    assert_eq!(told, [7]);
}

#[test]
fn where_a_panic_begins_in_the_runtime_is_left_out() {
    let marker = "_ZN3std3sys9backtrace26__rust_end_short_backtrace17h0123456789abcdefE";
    let runtime = [
        (6, Some("_RNvCsfLfy6EI15iL_7___rustc17rust_begin_unwind")),
        (5, Some("_ZN4core9panicking9panic_fmt17h0123456789abcdefE")),
        (
            4,
            Some("_RNvNtCsgXGp5Oqx2Ny_4core9panicking18panic_bounds_check"),
        ),
    ];
    let own = [
        (3, Some("_ZN4shop5share17h0123456789abcdefE")),
        (2, Some("_ZN4core9panicking9panic_fmt17h0123456789abcdefE")),
        (1, None),
    ];
    for inner in [&[][..], &[(8, Some("abort")), (7, Some(marker))]] {
        let functions = [inner, &runtime, &own].concat();
        let told: Vec<u32> = frames(functions).map(|frame| frame.index()).collect();
        assert_eq!(told, [3, 2, 1], "only what is called last");
    }
    let told: Vec<u32> = frames([(1, None), (0, Some("f"))])
        .map(|frame| frame.index())
        .collect();
    assert_eq!(told, [1, 0]);
}

#[test]
fn so_many_are_told_and_no_more() {
    let indices: Vec<u32> = (0..1_000).collect();
    assert_eq!(told("(module)", &indices).len(), MOST);
}

#[test]
fn what_cannot_be_read_names_nothing() {
    let named = wat::parse_str("(module (func $first) (func $second))").unwrap();
    for end in 0..named.len() {
        let frames = Names::of(&named[..end]).frames([0, 1]);
        assert_eq!(frames.len(), 2);
    }
    // A section that says that it has more names than it has.
    let section = [0, 11, 4, b'n', b'a', b'm', b'e', 1, 4, 9, 0, 1, b'f'];
    let wasm = [b"\0asm\x01\0\0\0".as_slice(), &section].concat();
    assert_eq!(Names::of(&wasm).frames([0, 1])[0].name(), Some("f"));
    assert_eq!(Names::of(&wasm).frames([0, 1])[1].name(), None);
}

/// A module of nothing but a section of names.
fn named(names: &[u8]) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    module.section(&wasm_encoder::CustomSection {
        name: "name".into(),
        data: names.into(),
    });
    module.finish()
}

#[test]
fn a_section_of_more_names_than_functions_is_not_read_to_its_end() {
    let told = |nameless: u32| {
        let mut functions = wasm_encoder::NameMap::new();
        (0..nameless).for_each(|_| functions.append(0, ""));
        functions.append(1, "last");
        let mut section = wasm_encoder::NameSection::new();
        section.functions(&functions);
        let mut module = wasm_encoder::Module::new();
        module.section(&section);
        Names::of(&module.finish()).frames([1])[0].to_string()
    };
    assert_eq!(told(60_000), "last");
    assert_eq!(told(1_000_000), "function 1");
}

#[test]
fn nor_is_one_of_more_parts_than_there_are_kinds_of() {
    let functions = [1, 7, 1, 1, 4, b'l', b'a', b's', b't'];
    let told = |others: usize| {
        let names = [[9, 1, 0].repeat(others), functions.to_vec()].concat();
        Names::of(&named(&names)).frames([1])[0].to_string()
    };
    assert_eq!(told(12), "last");
    assert_eq!(told(1_000), "function 1");
}
