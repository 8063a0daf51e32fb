//! The features of WebAssembly that guests on wasm3 have.

use wasmparser::WasmFeatures;

/// WebAssembly 1.0 with what compilers emit by default, which wasm3 0.9 has all of.
///
/// Not with these, though wasm3 has something of them: tail calls, since only some C compilers let
/// wasm3 make them without growing its stack; the compact import section and one-byte pages, which
/// no guest needs; typed function references, which its authors call unfinished; references to
/// values of the host, which no guest could get (wasmparser's "GC types").
pub(super) const FEATURES: WasmFeatures = WasmFeatures::FLOATS
    .union(WasmFeatures::MUTABLE_GLOBAL)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::EXTENDED_CONST);
