//! Random guests that terminate.

use crate::driver::{self, WORK};
use arbitrary::{Result, Unstructured};
use capwire_wapc::abi;
use std::sync::LazyLock;
use wasm_smith::{Config, Module};

/// The number of loops, calls and moved bytes before a guest traps by itself. Without it, engines
/// would end slices at different places.
const FUEL: u32 = 1_000;

/// The number of bytes that determine `__guest_call`.
const DRIVER_BYTES: usize = 256;

pub(crate) fn make(bytes: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let driver = bytes.bytes(DRIVER_BYTES)?;
    let mut module = Module::new(config(bytes)?, bytes)?;
    module
        .ensure_termination(FUEL)
        .map_err(|_| arbitrary::Error::IncorrectFormat)?;
    driver::add(&module.to_bytes(), &mut Unstructured::new(driver))
}

/// Returns a configuration that all engines accept.
fn config(bytes: &mut Unstructured<'_>) -> Result<Config> {
    Ok(Config {
        available_imports: Some(IMPORTS.clone()),
        exports: Some(match bytes.ratio(1, 4)? {
            true => WITH_START.clone(),
            false => WITHOUT_START.clone(),
        }),
        canonicalize_nans: true,
        disallow_traps: bytes.arbitrary()?,
        min_imports: 10,
        max_imports: 20,
        min_funcs: 2,
        max_funcs: 10,
        max_instructions: 400,
        max_memories: 0,
        max_memory32_bytes: 1 << 20,
        max_tables: 1,
        max_table_elements: 1_000,
        acquire_release_atomics_enabled: false,
        compact_imports_enabled: false,
        custom_descriptors_enabled: false,
        custom_page_sizes_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        multibyte_array_access_enabled: false,
        // These would include references to host values, which the wasmtime engine does not
        // support.
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        shared_everything_threads_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    })
}

/// All imports of waPC, and some of WASI.
static IMPORTS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let wapc = abi::IMPORTS.iter().map(|import| {
        let result = if import.returns { "(result i32)" } else { "" };
        format!(
            r#"(import "{}" "{}" (func (param {}) {result}))"#,
            abi::NAMESPACE,
            import.name,
            "i32 ".repeat(import.parameters)
        )
    });
    let wasi = [
        ("fd_write", "i32 i32 i32 i32"),
        ("random_get", "i32 i32"),
        ("clock_time_get", "i32 i64 i32"),
    ]
    .map(|(name, parameters)| {
        format!(
            r#"(import "wasi_snapshot_preview1" "{name}" (func (param {parameters}) (result i32)))"#
        )
    });
    assemble(&wapc.chain(wasi).collect::<String>())
});

static WITH_START: LazyLock<Vec<u8>> = LazyLock::new(|| exports(r#"(func (export "_start"))"#));
static WITHOUT_START: LazyLock<Vec<u8>> = LazyLock::new(|| exports(""));

fn exports(more: &str) -> Vec<u8> {
    assemble(&format!(
        r#"(memory (export "memory") 1)
           (func (export "{WORK}") (param i32 i32) (result i32) unreachable)
           {more}"#
    ))
}

#[expect(clippy::expect_used, reason = "the text is ours")]
fn assemble(fields: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {fields})")).expect("it is WebAssembly text")
}
