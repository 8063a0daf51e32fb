//! The conformance suite on wasm3.

#![allow(clippy::unwrap_used, reason = "tests")]

capwire_conformance::suite!(
    capwire_engine_wasm3::Wasm3::new().unwrap(),
    include_str!("skipped.txt")
);
