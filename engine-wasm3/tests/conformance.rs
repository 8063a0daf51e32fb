//! Runs the conformance suite with each option of this engine.

#![allow(clippy::unwrap_used, reason = "tests")]

use capwire_engine_wasm3::Wasm3;

mod default {
    capwire_conformance::suite!(super::Wasm3::new().unwrap(), include_str!("skipped.txt"));
}

mod backtraces {
    capwire_conformance::suite!(super::Wasm3::new().unwrap().backtraces(true), "");
}
