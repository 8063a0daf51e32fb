//! Engines by name. Only a binary has a default one.

use crate::args::{EngineChoice, EngineName};
use crate::error::Error;

use capwire::engine::Engine;
use capwire::{ErrorKind, Host, HostOptions, Limits};
use clap::ValueEnum;
use std::sync::Arc;

/// A host whose actors run on the chosen engine, within `policy`, and that counts calls if
/// `metrics` are wanted.
pub(crate) fn host(choice: EngineChoice, policy: Limits, metrics: bool) -> Result<Host, Error> {
    let mut options = HostOptions::default();
    options.metrics = metrics;
    let mut builder = Host::builder(engine(choice.engine)?);
    if choice.allow_unsafe_engine {
        builder = builder.accept_unsafe_engine();
    }
    let made = builder.policy(policy).options(options).build();
    made.map_err(|error| {
        let refused = error.kind() == ErrorKind::Engine;
        let failed = Error::failure("cannot make the host").because(error);
        match refused {
            true => failed.help("if you trust whoever made the modules: `--allow-unsafe-engine`"),
            false => failed,
        }
    })
}

fn engine(name: EngineName) -> Result<Arc<dyn Engine>, Error> {
    match name {
        #[cfg(feature = "wasmtime")]
        EngineName::Wasmtime => new(name, capwire::engine::Wasmtime::new()),
        #[cfg(feature = "wasmi")]
        EngineName::Wasmi => Ok(Arc::new(capwire::engine::Wasmi::new())),
        #[cfg(feature = "wasm3")]
        EngineName::Wasm3 => new(name, capwire::engine::Wasm3::new()),
        #[cfg(not(all(feature = "wasmtime", feature = "wasmi", feature = "wasm3")))]
        absent => Err(not_built_in(absent)),
    }
}

#[cfg(any(feature = "wasmtime", feature = "wasm3"))]
fn new<E: Engine>(
    name: EngineName,
    made: Result<E, impl std::error::Error + Send + Sync + 'static>,
) -> Result<Arc<dyn Engine>, Error> {
    match made {
        Ok(engine) => Ok(Arc::new(engine)),
        Err(error) => Err(
            Error::failure(format!("the engine `{}` cannot run here", text(name)))
                .because(error)
                .help("try `--engine wasmi`"),
        ),
    }
}

#[cfg(not(all(feature = "wasmtime", feature = "wasmi", feature = "wasm3")))]
fn not_built_in(name: EngineName) -> Error {
    let name = text(name);
    Error::failure(format!("this `capwire` has no engine `{name}`")).help(format!(
        "build one that has it: `cargo install capwire-cli --features {name}`"
    ))
}

fn text(name: EngineName) -> String {
    let name = name.to_possible_value();
    name.map_or_else(String::new, |value| value.get_name().to_owned())
}
