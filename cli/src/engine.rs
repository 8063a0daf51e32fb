//! Engines by name. Only the binary has a default engine.

mod options;

use crate::args::{EngineChoice, EngineName};
use crate::error::Error;
use capwire::engine::Engine;
use capwire::record::Recorder;
use capwire::{ErrorKind, Host, HostBuilder, HostOptions, PolicyRules};
use clap::ValueEnum;
use options::EngineOption;
use std::sync::Arc;

/// Returns a host on the chosen engine. It restricts actors by `policy`, counts calls if `metrics`
/// is set, and records the uses of capabilities if there is a `recorder`. `backtraces` are for the
/// development of actors. On engines where they slow actors down, they are on only if requested.
pub(crate) fn host(
    choice: &EngineChoice,
    backtraces: bool,
    policy: PolicyRules,
    metrics: bool,
    recorder: Option<Recorder>,
) -> Result<Host, Error> {
    let mut options = HostOptions::default();
    options.metrics = metrics;
    let engine_options = options::read(&choice.engine_option)?;
    let engine = engine(choice.engine, &engine_options, backtraces)?;
    let mut builder = Host::builder(engine);
    if choice.allow_unsafe_engine {
        builder = builder.accept_unsafe_engine();
    }
    if let Some(recorder) = recorder {
        builder = builder.layer(recorder);
    }
    made(builder.policy(policy).options(options))
}

fn made(builder: HostBuilder) -> Result<Host, Error> {
    builder.build().map_err(|error| {
        let refused = error.kind() == ErrorKind::Engine;
        let failed = Error::failure("cannot create the host").because(error);
        match refused {
            true => {
                failed.help("if you trust the authors of all modules, add `--allow-unsafe-engine`")
            }
            false => failed,
        }
    })
}

/// Returns the engine of this name for compiling modules without a host, or else the safe built-in
/// engine that compiles fastest.
pub(crate) fn compiler(
    name: Option<EngineName>,
    allow_unsafe: bool,
) -> Result<Arc<dyn Engine>, Error> {
    let quickest = match cfg!(feature = "wasmi") {
        true => EngineName::Wasmi,
        false => EngineName::Wasmtime,
    };
    let engine = engine(name.unwrap_or(quickest), &[], false)?;
    let mut builder = Host::builder(Arc::clone(&engine));
    if allow_unsafe {
        builder = builder.accept_unsafe_engine();
    }
    made(builder).map(|_| engine)
}

#[cfg_attr(
    not(any(feature = "wasmi", feature = "wasm3")),
    expect(unused_variables, reason = "wasmtime always has backtraces")
)]
fn engine(
    name: EngineName,
    options: &[EngineOption<'_>],
    backtraces: bool,
) -> Result<Arc<dyn Engine>, Error> {
    match name {
        #[cfg(feature = "wasmtime")]
        EngineName::Wasmtime => wasmtime(options, crate::code_cache::open),
        #[cfg(feature = "wasmi")]
        EngineName::Wasmi => wasmi(options, backtraces),
        #[cfg(feature = "wasm3")]
        EngineName::Wasm3 => wasm3(options, backtraces),
        #[cfg(not(all(feature = "wasmtime", feature = "wasmi", feature = "wasm3")))]
        absent => Err(not_built_in(absent)),
    }
}

/// Returns an engine with these options that keeps its code in `cache`.
#[cfg(feature = "wasmtime")]
pub(crate) fn caching(
    given: &[String],
    cache: capwire::engine::wasmtime::CodeCache,
) -> Result<Arc<dyn Engine>, Error> {
    wasmtime(&options::read(given)?, || Ok(Some(cache)))
}

#[cfg(feature = "wasmtime")]
fn wasmtime(
    options: &[EngineOption<'_>],
    cache: impl FnOnce() -> Result<Option<capwire::engine::wasmtime::CodeCache>, Error>,
) -> Result<Arc<dyn Engine>, Error> {
    use capwire::engine::wasmtime::{Allocation, Strategy, Wasmtime};
    let strategies = [
        ("cranelift", Strategy::Cranelift),
        #[cfg(feature = "winch")]
        ("winch", Strategy::Winch),
        ("pulley", Strategy::Pulley),
    ];
    let mut builder = Wasmtime::builder();
    let mut caches = true;
    for option in options {
        builder = match option.name() {
            "compiler" => builder.strategy(option.one_of(&strategies)?),
            "pooling" => builder.pooling(option.count()?),
            "copy-on-write" => builder.copy_on_write(option.switch()?),
            "cache" => {
                caches = option.switch()?;
                builder
            }
            _ => {
                let known = ["compiler", "pooling", "copy-on-write", "cache"];
                return Err(option.unknown("wasmtime", &known));
            }
        };
    }
    if caches && let Some(cache) = cache()? {
        builder = builder.code_cache(cache);
    }
    let made = builder.build();
    if let Ok(Allocation::NoRoom { reason }) = made.as_ref().map(Wasmtime::allocation) {
        tracing::warn!("instances are not pooled: {reason}");
    }
    new(EngineName::Wasmtime, made)
}

#[cfg(feature = "wasmi")]
fn wasmi(options: &[EngineOption<'_>], backtraces: bool) -> Result<Arc<dyn Engine>, Error> {
    use capwire::engine::wasmi::{Translation, Wasmi};
    let translations = [("eager", Translation::Eager), ("lazy", Translation::Lazy)];
    let mut engine = Wasmi::new().backtraces(backtraces);
    for option in options {
        engine = match option.name() {
            "translation" => engine.translation(option.one_of(&translations)?),
            "backtraces" => engine.backtraces(option.switch()?),
            _ => return Err(option.unknown("wasmi", &["translation", "backtraces"])),
        };
    }
    Ok(Arc::new(engine))
}

#[cfg(feature = "wasm3")]
fn wasm3(options: &[EngineOption<'_>], mut backtraces: bool) -> Result<Arc<dyn Engine>, Error> {
    for option in options {
        backtraces = match option.name() {
            "backtraces" => option.switch()?,
            _ => return Err(option.unknown("wasm3", &["backtraces"])),
        };
    }
    let made = capwire::engine::Wasm3::new().map(|engine| engine.backtraces(backtraces));
    new(EngineName::Wasm3, made)
}

#[cfg(any(feature = "wasmtime", feature = "wasm3"))]
fn new<E: Engine>(
    name: EngineName,
    made: Result<E, impl std::error::Error + Send + Sync + 'static>,
) -> Result<Arc<dyn Engine>, Error> {
    match made {
        Ok(engine) => Ok(Arc::new(engine)),
        Err(error) => Err(Error::failure(format!(
            "the engine `{}` is not available on this machine",
            text(name)
        ))
        .because(error)
        .help("try `--engine wasmi`")),
    }
}

#[cfg(not(all(feature = "wasmtime", feature = "wasmi", feature = "wasm3")))]
fn not_built_in(name: EngineName) -> Error {
    let name = text(name);
    Error::unreadable(format!("this `capwire` has no engine `{name}`")).help(format!(
        "build one with this engine, in a clone of capwire's repository: `cargo install --locked --path cli --features {name}`"
    ))
}

fn text(name: EngineName) -> String {
    let name = name.to_possible_value();
    name.map_or_else(String::new, |value| value.get_name().to_owned())
}
