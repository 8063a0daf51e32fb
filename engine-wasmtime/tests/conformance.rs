//! The suite that every engine passes.

#![allow(clippy::expect_used, reason = "tests")]

capwire_conformance::suite!(
    capwire_engine_wasmtime::Wasmtime::new().expect("this machine supports wasmtime"),
    include_str!("skipped.txt")
);
