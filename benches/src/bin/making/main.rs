//! Measures the creation of instances, and the freeing of instances and modules, none of which can
//! be interrupted. The engines alternate in each round. Each module reaches the limit for one kind
//! of part.
#![forbid(unsafe_code)]

mod modules;

use anyhow::{Context, Result};
use capwire::wapc::{CompileError, EmptyWorld, Engine, Guest, ResourceLimits};
use capwire_hostile::engines;
use clap::Parser;
use modules::{Costly, modules};
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

/// Measure the time to create instances of costly modules, and to free instances and modules, in
/// milliseconds
#[derive(Parser)]
struct Options {
    /// The number of rounds
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Only modules whose names contain this
    #[arg(long, default_value = "")]
    only: String,
}

/// The longest of all rounds, in milliseconds.
#[derive(Default)]
struct Times {
    make: f64,
    free: f64,
    free_module: f64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{:<44}{:<10}{:>9}{:>9}{:>9}",
        "the most, in ms", "engine", "make", "free", "module"
    )?;
    let chosen = modules()
        .into_iter()
        .filter(|module| module.name.contains(&options.only));
    for Costly { name, text } in chosen {
        let wasm = wat::parse_str(text).with_context(|| name.to_owned())?;
        for engine in engines()? {
            let measured = match measure(&*engine, &wasm, options.rounds)? {
                Some(times) => times.to_string(),
                None => "  refused".to_owned(),
            };
            writeln!(out, "{name:<44}{:<10}{measured}", engine.name())?;
        }
    }
    Ok(())
}

/// Measures one module. Returns `None` if the engine refuses it.
fn measure(engine: &dyn Engine, wasm: &[u8], rounds: u32) -> Result<Option<Times>> {
    let mut most = Times::default();
    for _ in 0..rounds {
        let module = match engine.compile(wasm) {
            Err(CompileError::TooLarge { .. } | CompileError::TooCostly { .. }) => return Ok(None),
            module => module?,
        };
        let begun = Instant::now();
        let guest = Guest::start(&*module, &ResourceLimits::default(), Arc::new(EmptyWorld))?;
        most.make = most.make.max(ms_since(begun));
        let begun = Instant::now();
        drop(guest);
        most.free = most.free.max(ms_since(begun));
        let begun = Instant::now();
        drop(module);
        most.free_module = most.free_module.max(ms_since(begun));
    }
    Ok(Some(most))
}

fn ms_since(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1_000.0
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            make,
            free,
            free_module,
        } = self;
        write!(f, "{make:>9.1}{free:>9.1}{free_module:>9.1}")
    }
}
