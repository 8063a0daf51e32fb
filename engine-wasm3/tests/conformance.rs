//! The suite that every engine passes, with each of this one's options.

#![allow(clippy::unwrap_used, reason = "tests")]

use capwire_engine_wasm3::Wasm3;

mod default {
    capwire_conformance::suite!(super::Wasm3::new().unwrap(), include_str!("skipped.txt"));
}

mod backtraces {
    capwire_conformance::suite!(super::Wasm3::new().unwrap().backtraces(true), "");
}
