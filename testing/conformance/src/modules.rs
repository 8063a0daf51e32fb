//! The modules that engines accept as guests.

use crate::guests::{COUNTER, ECHO, RELAY, guest};
use crate::harness::{TestHost, each_kind, try_compile};
use crate::script::declaration;
use capwire_wapc::{CompileError, Engine, Reply, abi};

const GUEST_CALL: &str =
    r#"(func (export "__guest_call") (param i32 i32) (result i32) (i32.const 0))"#;
const MEMORY: &str = r#"(memory (export "memory") 1)"#;

/// Bytes that are no WebAssembly, or only the beginning of it, are refused.
pub fn not_wasm(engine: &dyn Engine) {
    let guest = wat::parse_str(format!("(module {MEMORY} {GUEST_CALL})")).unwrap();
    let cut = (1..guest.len()).map(|end| &guest[..end]);
    for bytes in cut.chain([&b""[..], b"\0asm", b"\x7fELF", ECHO.as_bytes()]) {
        assert!(engine.compile(bytes).is_err(), "{} bytes", bytes.len());
    }
    let error = engine.compile(b"not wasm").unwrap_err();
    assert!(matches!(error, CompileError::Invalid { .. }), "{error:?}");
}

/// A module without `__guest_call`, or with something else under that name, is refused by the
/// name of what is missing.
pub fn no_guest_call(engine: &dyn Engine) {
    for wrong in [
        "",
        r#"(func (export "__guest_call"))"#,
        r#"(func (export "__guest_call") (param i32) (result i32) (i32.const 0))"#,
        r#"(func (export "__guest_call") (param i32 i64) (result i32) (i32.const 0))"#,
        r#"(func (export "__guest_call") (param i32 i32) (result i64) (i64.const 0))"#,
        r#"(global (export "__guest_call") i32 (i32.const 0))"#,
    ] {
        let error = try_compile(engine, &format!("(module {MEMORY} {wrong})")).unwrap_err();
        let CompileError::MissingExport { expected } = error else {
            panic!("{error:?}");
        };
        assert!(expected.contains("__guest_call"), "{expected}");
    }
}

/// A module without `memory` is refused.
pub fn no_memory(engine: &dyn Engine) {
    for wrong in [
        "",
        "(memory 1)",
        r#"(memory (export "mem") 1)"#,
        r#"(func (export "memory"))"#,
    ] {
        let error = try_compile(engine, &format!("(module {wrong} {GUEST_CALL})")).unwrap_err();
        let CompileError::MissingExport { expected } = error else {
            panic!("{error:?}");
        };
        assert!(expected.contains("memory"), "{expected}");
    }
}

/// An import that no host of waPC offers is refused by its name.
pub fn unknown_import(engine: &dyn Engine) {
    for (module, name) in [
        ("env", "abort_"),
        ("env", "seed"),
        ("wapc", "__guest_call"),
        ("wapc", ""),
        ("", "__console_log"),
        ("WAPC", "__console_log"),
        ("wasi_snapshot_preview2", "fd_write"),
    ] {
        let import = format!(r#"(import "{module}" "{name}" (func))"#);
        assert_unknown(engine, &import, (module, name));
    }
    let memory = r#"(memory (export "memory") (import "env" "memory") 1)"#;
    let error = try_compile(engine, &format!("(module {memory} {GUEST_CALL})")).unwrap_err();
    assert!(
        matches!(error, CompileError::UnknownImport { .. }),
        "{error:?}"
    );
}

/// An import of waPC with another type than it has is refused in the same way.
pub fn wrong_import(engine: &dyn Engine) {
    for (name, ty) in [
        ("__guest_request", "(func (param i32))"),
        ("__guest_response", "(func (param i32 i64))"),
        ("__console_log", "(func (param i32 i32) (result i32))"),
        (
            "__host_call",
            "(func (param i32 i32 i32 i32 i32 i32 i32 i32))",
        ),
        ("__host_error_len", "(func (result i64))"),
        ("__host_error", "(global i32)"),
        ("__host_response", "(table 1 funcref)"),
    ] {
        let import = format!(r#"(import "wapc" "{name}" {ty})"#);
        assert_unknown(engine, &import, ("wapc", name));
    }
}

/// Until 30 March 2020, `__host_call` had 4 parameters, then 6. The error says so.
pub fn old_host_call_x8(engine: &dyn Engine) {
    for (namespace, count) in [("wapc", 4), ("wapc", 6), ("wasmbus", 6)] {
        let ty = format!("(func (param{}) (result i32))", " i32".repeat(count));
        let import = format!(r#"(import "{namespace}" "__host_call" {ty})"#);
        let error = try_compile(engine, &format!("(module {import} {MEMORY} {GUEST_CALL})"));
        let error = error.unwrap_err();
        assert!(
            matches!(error, CompileError::OldHostCall { parameters } if parameters == count),
            "{error:?}"
        );
        let text = error.to_string();
        assert!(
            text.contains("too old") && text.contains(&count.to_string()),
            "{text}"
        );
    }
}

/// Modules of 2021 import the functions from `wasmbus`, or from both.
pub fn wasmbus_x5(engine: &dyn Engine) {
    let renamed = RELAY.replacen(r#"(import "wapc""#, r#"(import "wasmbus""#, 4);
    each_kind(engine, |setup| {
        for wat in [&renamed, &RELAY.replace(r#""wapc""#, r#""wasmbus""#)] {
            assert_ne!(wat, RELAY);
            let mut host = TestHost::replying([Reply::data("pong")]);
            let mut guest = setup.guest(wat);
            let response = guest.call_with("any", "ping", &mut host).unwrap();
            assert_eq!(response, "pong");
            assert_eq!(host.calls[0].payload(), "ping");
        }
    });
    for import in &abi::IMPORTS {
        let import = declaration(import).replace(r#""wapc""#, r#""wasmbus""#);
        try_compile(engine, &format!("(module {import} {MEMORY} {GUEST_CALL})")).unwrap();
    }
}

/// A guest needs no imports.
pub fn no_imports(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&format!("(module {MEMORY} {GUEST_CALL})"));
        assert!(guest.call("any", "").is_err());
        assert!(guest.is_alive());
    });
}

/// A guest may import any one of the nine functions, or one of them twice.
pub fn one_import(engine: &dyn Engine) {
    for import in &abi::IMPORTS {
        let one = declaration(import);
        let other = one.replace("(func $", "(func $again");
        for imports in [one.clone(), format!("{one} {other}")] {
            try_compile(engine, &format!("(module {imports} {MEMORY} {GUEST_CALL})")).unwrap();
        }
    }
    try_compile(engine, COUNTER).unwrap();
}

/// Segments of every kind are in place before the guest runs.
pub fn segments(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let segments = r#"
            (table $functions 4 funcref)
            (elem (table $functions) (i32.const 1) func $one)
            (elem $later funcref (ref.func $two) (ref.null func))
            (elem declare func $three)
            (func $one (result i32) (i32.const 1))
            (func $two (result i32) (i32.const 2))
            (func $three (result i32) (i32.const 3))
            (data (i32.const 16) "at once")
            (data $rest "later")"#;
        let body = r#"
            (table.init $functions $later (i32.const 2) (i32.const 0) (i32.const 1))
            (table.set $functions (i32.const 3) (ref.func $three))
            (memory.init $rest (i32.const 24) (i32.const 0) (i32.const 5))
            (i32.store8 (i32.const 29) (i32.or (i32.const 0x30)
              (i32.add (call_indirect (result i32) (i32.const 1))
              (i32.add (call_indirect (result i32) (i32.const 2))
                       (call_indirect (result i32) (i32.const 3))))))
            (call $__guest_response (i32.const 16) (i32.const 14))
            (i32.const 1)"#;
        let mut guest = setup.guest(&guest(body, segments));
        assert_eq!(guest.call("any", "").unwrap(), "at once\0later6");
    });
}

/// An export declares a function, so that code may take its reference.
pub fn reference_to_an_export(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let exported = r#"(func $exported (export "exported") (result i32) (i32.const 1))"#;
        let body = r#"
            (if (ref.is_null (ref.func $exported)) (then unreachable))
            (call $__guest_response (i32.const 0) (i32.const 0))
            (i32.const 1)"#;
        assert_eq!(
            setup.guest(&guest(body, exported)).call("any", "").unwrap(),
            ""
        );
    });
}

/// A guest cannot get a reference to a value of the host, so a module that has use for one anywhere
/// is refused, also where it only asks for nothing.
pub fn references_to_the_host(engine: &dyn Engine) {
    for uses in [
        r#"(func (export "f") (param externref))"#,
        "(func (result externref) unreachable)",
        "(type (func (param i32 externref)))",
        "(func (local i32 externref))",
        "(func (drop (ref.null extern)))",
        "(func (drop (ref.is_null (ref.null extern))))",
        "(func (block (result externref) unreachable) drop)",
        "(func (loop (result externref) unreachable) drop)",
        "(func (i32.const 1) (if (result externref) (then unreachable) (else unreachable)) drop)",
        "(func unreachable (select (result externref)) drop)",
        r#"(global (export "g") externref (ref.null extern))"#,
        r#"(table (export "t") 1 externref)"#,
        "(elem externref (ref.null extern))",
        r#"(import "env" "f" (func (param externref)))"#,
        r#"(import "env" "g" (global externref))"#,
        r#"(import "env" "t" (table 1 externref))"#,
    ] {
        let refused = try_compile(engine, &format!("(module {uses} {MEMORY} {GUEST_CALL})"));
        let error = refused.map(drop).expect_err(uses);
        assert!(
            matches!(error, CompileError::Invalid { .. }),
            "{uses}: {error:?}"
        );
    }
    let other = "(func (param i32) (result i32) (i32.rem_s (local.get 0) (i32.const 111)))";
    try_compile(engine, &format!("(module {other} {MEMORY} {GUEST_CALL})")).unwrap();
}

/// Memory that threads share could change while the host reads it: such a module is refused.
pub fn shared_memory(engine: &dyn Engine) {
    let memory = r#"(memory (export "memory") 1 1 shared)"#;
    try_compile(engine, &format!("(module {memory} {GUEST_CALL})")).unwrap_err();
}

/// A module with 64-bit memory is refused, because the pointers of waPC have 32 bits.
pub fn memory_of_64_bits(engine: &dyn Engine) {
    let memory = r#"(memory (export "memory") i64 1)"#;
    try_compile(engine, &format!("(module {memory} {GUEST_CALL})")).unwrap_err();
}

/// Nothing can stop a compiler, so a module that is larger than a module may be is not compiled.
pub fn too_large(engine: &dyn Engine) {
    let functions = "(func)".repeat(50_001);
    let refused = try_compile(
        engine,
        &format!("(module {functions} {MEMORY} {GUEST_CALL})"),
    );
    let error = refused.map(drop).unwrap_err();
    assert!(matches!(error, CompileError::TooLarge { .. }), "{error:?}");
}

/// A start function that takes or returns something cannot be called, so the module is refused.
pub fn start_of_another_type(engine: &dyn Engine) {
    for name in abi::STARTS {
        for wrong in [
            format!(r#"(func (export "{name}") (param i32))"#),
            format!(r#"(func (export "{name}") (result i32) (i32.const 0))"#),
            format!(r#"(global (export "{name}") i32 (i32.const 0))"#),
        ] {
            let module = format!("(module {MEMORY} {GUEST_CALL} {wrong})");
            try_compile(engine, &module).unwrap_err();
        }
    }
}

fn assert_unknown(engine: &dyn Engine, import: &str, expected: (&str, &str)) {
    let error = try_compile(engine, &format!("(module {import} {MEMORY} {GUEST_CALL})"));
    match error.unwrap_err() {
        CompileError::UnknownImport { module, name } => {
            assert_eq!((&*module, &*name), expected);
        }
        other => panic!("{import}: {other:?}"),
    }
}
