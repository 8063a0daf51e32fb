//! The wasmtime JIT as an engine of capwire-wapc.
