//! C, for which Zig's package has a compiler that makes WebAssembly.

use super::{Language, answers, zig};
use crate::shell::{command, run};
use anyhow::Result;

const LANGUAGE: Language = Language::C;

/// Returns true if the programs for native tests are there.
pub(super) fn has_tools() -> bool {
    ["make", "cc", "c++"].into_iter().all(answers)
}

/// Runs the tests of the SDK, as C and as C++, and those of the counter.
pub(super) fn test() -> Result<()> {
    LANGUAGE.in_sdk("make", &["test"])?;
    run(command("make", &["test"]).current_dir(LANGUAGE.sdk().join("examples/counter")))
}

pub(super) fn build_counter() -> Result<()> {
    let compiler = format!("WASM_CC={} cc -target wasm32-freestanding", zig::program());
    let counter = LANGUAGE.sdk().join("examples/counter");
    run(command("make", &[&compiler]).current_dir(counter))
}
