//! The suite that every engine passes.

capwire_conformance::suite!(
    capwire_engine_wasmtime::Wasmtime::new().expect("this machine supports wasmtime"),
    include_str!("skipped.txt")
);
