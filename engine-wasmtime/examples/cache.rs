//! Compiles a module, loads its code from a cache, and compares both:
//! `cargo run --release -p capwire-engine-wasmtime --features cache --example cache -- counter.wasm`

#![allow(clippy::print_stdout, reason = "an example")]

use capwire_engine_wasmtime::{CacheKey, CodeCache, Wasmtime};
use capwire_wapc::Engine;
use std::error::Error;
use std::time::{Duration, Instant};

const ROUNDS: usize = 9;

fn main() -> Result<(), Box<dyn Error>> {
    let wasm = match std::env::args().nth(1) {
        Some(file) => std::fs::read(file)?,
        None => wat::parse_str(capwire_conformance::guests::ECHO)?,
    };
    let home = tempfile::tempdir()?;
    let key = CacheKey::read_or_create(&home.path().join("cache.key"))?;
    let cache = CodeCache::open(home.path().join("code"), key)?;
    let mut compiled = Vec::new();
    let mut loaded = Vec::new();
    for _ in 0..ROUNDS {
        cache.prune(0)?;
        compiled.push(time(&cache, &wasm)?);
        loaded.push(time(&cache, &wasm)?);
    }
    let (compiled, loaded) = (median(compiled), median(loaded));
    let ratio = compiled.as_secs_f64() / loaded.as_secs_f64();
    println!(
        "{} bytes: compiled in {compiled:?}, loaded in {loaded:?}: 1/{ratio:.0}",
        wasm.len()
    );
    Ok(())
}

/// Returns the time that an engine of another process would need.
fn time(cache: &CodeCache, wasm: &[u8]) -> Result<Duration, Box<dyn Error>> {
    let engine = Wasmtime::builder().code_cache(cache.clone()).build()?;
    let begun = Instant::now();
    let module = engine.compile(wasm)?;
    let time = begun.elapsed();
    drop(module);
    Ok(time)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
