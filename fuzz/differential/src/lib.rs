//! The fuzz target `differential`: a random guest and a random script give the same conversation on
//! every engine. `cargo xtask fuzz differential` runs it under a fuzzer. The tests run it on the
//! committed corpus and on random bytes, with any compiler.
#![forbid(unsafe_code)]
#![expect(clippy::panic, reason = "a target's panic is its finding")]

mod driver;
mod guest;
mod script;
mod transcript;

use arbitrary::{Arbitrary, Unstructured};
use capwire_engine_wasmi::Wasmi;
use capwire_engine_wasmtime::Wasmtime;
use capwire_wapc::Engine;
use script::Script;
use std::sync::LazyLock;
pub use transcript::Transcript;
use transcript::transcript;

/// The engines. The others are compared with the first one.
static ENGINES: LazyLock<Vec<Box<dyn Engine>>> = LazyLock::new(|| {
    let backtraces = Wasmi::new().backtraces(true);
    let mut engines: Vec<Box<dyn Engine>> = vec![Box::new(backtraces), Box::new(Wasmi::new())];
    if let Ok(wasmtime) = Wasmtime::new() {
        engines.push(Box::new(wasmtime));
    }
    #[cfg(feature = "wasm3")]
    if let Ok(wasm3) = capwire_engine_wasm3::Wasm3::new() {
        engines.push(Box::new(wasm3.clone().backtraces(true)));
        engines.push(Box::new(wasm3));
    }
    engines
});

/// Plays the guest and script in `bytes` on all engines.
///
/// # Panics
/// Panics if the engines do not agree.
pub fn run(bytes: &[u8]) {
    let engines: Vec<&dyn Engine> = ENGINES.iter().map(|engine| &**engine).collect();
    compare(bytes, &engines);
}

/// Plays the guest and script in `bytes` on these engines. Returns the transcript of the first one,
/// or `None` if there are too few bytes.
///
/// # Panics
/// Panics if the engines do not agree.
pub fn compare(bytes: &[u8], engines: &[&dyn Engine]) -> Option<Transcript> {
    let mut bytes = Unstructured::new(bytes);
    let script = Script::arbitrary(&mut bytes).ok()?;
    let wasm = guest::make(&mut bytes).ok()?;
    let mut transcripts = engines
        .iter()
        .map(|engine| (engine.name(), transcript(*engine, &wasm, &script)));
    let (name, first) = transcripts.next()?;
    for (other, transcript) in transcripts {
        if !first.agrees_with(&transcript) {
            panic!("{name}: {first:#?}\n{other}: {transcript:#?}");
        }
    }
    Some(first)
}
