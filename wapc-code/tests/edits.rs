//! A module with edits is the module as it would have been written.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_code::{Edit, Section, Sections, edited, with_bodies};

fn module(functions: &[&str]) -> Vec<u8> {
    let functions: String = functions
        .iter()
        .map(|body| format!("(func {body})"))
        .collect();
    wat::parse_str(format!("(module {functions} (data \"after\"))")).unwrap()
}

fn code(wasm: &[u8]) -> Section<'_> {
    let mut sections = Sections::of(wasm).map(Result::unwrap);
    sections
        .find(|section| section.functions().next().is_some())
        .unwrap()
}

#[test]
fn functions_are_exchanged() {
    let long = "i32.const 1 drop ".repeat(100); // whose length takes more bytes, too
    let (old, new) = (
        module(&["nop", "nop", "nop"]),
        module(&["nop", &long, "nop"]),
    );
    let body = code(&new)
        .functions()
        .nth(1)
        .unwrap()
        .unwrap()
        .body
        .to_vec();
    let range = code(&old).functions().nth(1).unwrap().unwrap().range;
    let edits = code(&old)
        .edited(vec![Edit::function(range, &body)])
        .unwrap();
    assert_eq!(edited(&old, &edits), new);
    assert_eq!(edited(&new, &[]), new);
}

#[test]
fn entries_are_added() {
    let old = module(&["nop"]);
    let bodies = [2, 0, 0x0B].repeat(200);
    let edits = code(&old).extended(Vec::new(), 200, bodies).unwrap();
    let new = edited(&old, &edits);
    let bodies: Vec<_> = code(&new)
        .functions()
        .map(|one| one.unwrap().body.to_vec())
        .collect();
    assert_eq!(bodies.len(), 201);
    assert!(bodies.iter().skip(1).all(|body| body == &[0, 0x0B]));
    assert_eq!(
        Sections::of(&new)
            .map(Result::unwrap)
            .last()
            .unwrap()
            .content,
        Sections::of(&old)
            .map(Result::unwrap)
            .last()
            .unwrap()
            .content
    );
}

#[test]
fn entries_are_added_behind_others_that_change() {
    let old = module(&["nop", "nop"]);
    let first = code(&old).functions().next().unwrap().unwrap().range;
    let change = Edit::function(first, &[0, 1, 1, 0x0B]);
    let edits = code(&old).extended(vec![change], 1, vec![2, 0, 0x0B]);
    let new = edited(&old, &edits.unwrap());
    let functions = code(&new).functions();
    let bodies: Vec<_> = functions.map(|one| one.unwrap().body.to_vec()).collect();
    assert_eq!(bodies, [&[0, 1, 1, 0x0B][..], &[0, 1, 0x0B], &[0, 0x0B]]);
}

#[test]
fn types_are_known_by_their_parameters() {
    let wasm = wat::parse_str(
        "(module (type (func)) (type (func (param i32 i64) (result i32))) (memory 1))",
    );
    let wasm = wasm.unwrap();
    let parameters = Sections::of(&wasm).map(|section| section.unwrap().parameters().unwrap());
    assert_eq!(parameters.collect::<Vec<_>>(), [vec![0, 2], vec![]]);
}

#[test]
fn functions_are_known_among_other_imports() {
    let wasm = wat::parse_str(
        r#"(module (import "a" "f" (func)) (import "a" "m" (memory 1)) (import "b" "f" (func)))"#,
    );
    let wasm = wasm.unwrap();
    let sections = Sections::of(&wasm).map(Result::unwrap);
    let imported: Vec<u32> = sections
        .map(|one| one.imported_functions().unwrap())
        .collect();
    assert_eq!(imported, [0, 2]);
}

#[test]
fn a_module_that_cannot_be_read_keeps_its_bodies() {
    let mut cut = module(&["nop", "nop"]);
    cut.truncate(code(&cut).range.end - 1);
    let other = with_bodies(cut.as_slice().into(), |_| Ok(Some(vec![0, 0x0B])));
    assert_eq!(other, &*cut);
}

#[test]
fn what_is_no_module_has_an_end() {
    let whole = module(&["nop", "i32.const 1 drop"]);
    for end in 0..whole.len() {
        let sections: Vec<_> = Sections::of(&whole[..end]).collect();
        for section in sections.into_iter().flatten() {
            assert!(section.functions().count() <= 2);
        }
    }
}
