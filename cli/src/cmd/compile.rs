//! `capwire compile`

use crate::args::Compile;
use crate::error::Error;
use crate::{code_cache, engine, files, output};
use capwire::engine::Engine;
use capwire::engine::wasmtime::CodeCache;
use serde_json::json;
use std::path::Path;

pub(super) fn run(command: &Compile) -> Result<(), Error> {
    let cache = code_cache::needed()?;
    let engine = engine::caching(&command.engine_option, cache.clone())?;
    let mut reports = Vec::new();
    for module in &command.modules {
        let was_there = compile(&*engine, &cache, module)?;
        match command.json {
            true => reports.push(json!({ "module": module, "was_there": was_there })),
            false => output::line(&format!("{}: {}", module.display(), told(was_there)))?,
        }
    }
    match command.json {
        true => output::json(&json!({ "cache": cache.folder(), "modules": reports })),
        false => Ok(()),
    }
}

fn told(was_there: bool) -> &'static str {
    match was_there {
        true => "was compiled before",
        false => "compiled",
    }
}

/// Returns true if the module's code was in the cache.
fn compile(engine: &dyn Engine, cache: &CodeCache, module: &Path) -> Result<bool, Error> {
    let wasm = files::read(module)?;
    let before = cache.uses();
    engine.compile(&wasm).map_err(|error| {
        Error::failure(format!("cannot compile `{}`", module.display())).because(error)
    })?;
    Ok(cache.uses().compiled == before.compiled)
}
