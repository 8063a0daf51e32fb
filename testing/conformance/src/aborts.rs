//! `env.abort`, by which guests in AssemblyScript give up.

use crate::guests::guest_with_imports;
use crate::harness::{Setup, each_kind, try_compile};
use crate::starts::each_start;
use capwire_wapc::{CallError, CompileError, Engine, ProtocolError, StartError, Trap, TrapKind};

const IMPORT: &str = r#"(import "env" "abort" (func $abort (param i32 i32 i32 i32)))"#;

/// Texts as AssemblyScript lays them out: a word with the length in bytes, then UTF-16.
fn text(at: u32, text: &[u16]) -> String {
    let length = u32::try_from(2 * text.len()).unwrap().to_le_bytes();
    let units = text.iter().flat_map(|unit| unit.to_le_bytes());
    let bytes = length.into_iter().chain(units);
    let bytes: String = bytes.map(|byte| format!("\\{byte:02x}")).collect();
    format!(r#"(data (i32.const {}) "{bytes}")"#, at - 4)
}

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn aborting(arguments: [i64; 4], more: &str) -> String {
    guest_with_imports(IMPORT, &format!("{} (i32.const 1)", call(arguments)), more)
}

fn call([message, file, line, column]: [i64; 4]) -> String {
    format!(
        "(call $abort (i32.const {message}) (i32.const {file}) (i32.const {line}) (i32.const {column}))"
    )
}

fn abort(setup: &Setup<'_>, wat: &str) -> Trap {
    let mut guest = setup.guest(wat);
    match guest.call("any", "").unwrap_err() {
        CallError::Trap(trap) => {
            assert_eq!(trap.kind(), TrapKind::Abort);
            assert!(!guest.is_alive());
            trap
        }
        other => panic!("{other:?}"),
    }
}

/// It ends the call, with the message and the place in the source.
pub fn message(engine: &dyn Engine) {
    let texts = [
        text(0x100, &utf16("Index is out of range: Größe 🙂")),
        text(0x200, &utf16("assembly/index.ts")),
    ];
    let wat = aborting([0x100, 0x200, 12, 5], &texts.concat());
    each_kind(engine, |setup| {
        let trap = abort(&setup, &wat);
        assert_eq!(
            trap.said(),
            Some("Index is out of range: Größe 🙂\nat assembly/index.ts:12:5")
        );
        let first = trap.to_string();
        assert_eq!(first.lines().next(), Some("the guest called `abort`"));
    });
}

/// Either text may be the null pointer.
pub fn no_texts(engine: &dyn Engine) {
    let hello = text(0x100, &utf16("hello"));
    each_kind(engine, |setup| {
        let said = |arguments| {
            let trap = abort(&setup, &aborting(arguments, &hello));
            trap.said().unwrap().to_owned()
        };
        assert_eq!(said([0, 0, 0, 0]), "no message");
        assert_eq!(said([0x100, 0, 1, 2]), "hello");
        assert_eq!(said([0, 0x100, 1, -1]), "no message\nat hello:1:4294967295");
    });
}

/// Pointers are checked, those to the length and those that follow from it.
pub fn bad_pointers(engine: &dyn Engine) {
    let huge = r#"(data (i32.const 0x100) "\ff\ff\ff\ff")"#;
    each_kind(engine, |setup| {
        for pointer in [
            1,
            3,
            0x40001,
            0x40004,
            0x40005,
            -1,
            -4,
            i64::from(i32::MIN),
            0x104,
        ] {
            for arguments in [[pointer, 0, 0, 0], [0, pointer, 0, 0]] {
                let mut guest = setup.guest(&aborting(arguments, huge));
                match guest.call("any", "").unwrap_err() {
                    CallError::Protocol(ProtocolError::OutOfBounds { .. }) => {}
                    other => panic!("{arguments:?}: {other:?}"),
                }
                assert!(!guest.is_alive());
            }
        }
    });
}

/// A text of nothing at the edge of memory is one, and half a unit at its end is left out.
pub fn edges(engine: &dyn Engine) {
    let empty = aborting([0x40000, 0, 0, 0], &text(0x40000, &[]));
    let odd = aborting(
        [0x104, 0, 0, 0],
        r#"(data (i32.const 0x100) "\03\00\00\00A\00B")"#,
    );
    let lone = aborting([0x100, 0, 0, 0], &text(0x100, &[0xd800, 0x41]));
    each_kind(engine, |setup| {
        assert_eq!(abort(&setup, &empty).said(), None);
        assert_eq!(abort(&setup, &odd).said(), Some("A"));
        assert_eq!(abort(&setup, &lone).said(), Some("\u{fffd}A"));
    });
}

/// A text as long as memory costs no more than one that fits a screen.
pub fn long_texts(engine: &dyn Engine) {
    let long = r#"(data (i32.const 0x100) "\00\fe\03\00")"#;
    let wat = aborting([0x104, 0x104, 0, 0], long);
    each_kind(engine, |setup| {
        let trap = abort(&setup, &wat);
        assert!(trap.to_string().len() < 32 * 1024);
    });
}

/// It works in start functions.
pub fn start(engine: &dyn Engine) {
    let hello = text(0x100, &utf16("not today"));
    each_kind(engine, |setup| {
        for start in each_start(&call([0x100, 0, 0, 0])) {
            let more = format!("{start} {hello}");
            match setup.start(&guest_with_imports(IMPORT, "(i32.const 0)", &more)) {
                Err(StartError::Call(CallError::Trap(trap))) => {
                    assert_eq!(trap.kind(), TrapKind::Abort);
                    assert_eq!(trap.said(), Some("not today"));
                }
                Err(other) => panic!("{other:?}"),
                Ok(_) => panic!("it started"),
            }
        }
    });
}

/// An `abort` of another type is an unknown import.
pub fn wrong_types(engine: &dyn Engine) {
    for ty in [
        "(func (param i32 i32 i32))",
        "(func (param i32 i32 i32 i32) (result i32))",
        "(func (param i64 i32 i32 i32))",
        "(global i32)",
    ] {
        let import = format!(r#"(import "env" "abort" {ty})"#);
        let error = try_compile(engine, &guest_with_imports(&import, "(i32.const 0)", ""));
        let error = error.unwrap_err();
        assert!(
            matches!(&error, CompileError::UnknownImport { name, .. } if name == "abort"),
            "{ty}: {error:?}"
        );
    }
}
