//! The arguments that choose an engine.

use clap::ValueEnum;

/// The engine that runs actors, and its options.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct EngineChoice {
    /// The engine that runs actors
    #[arg(long, value_enum, default_value_t)]
    pub(crate) engine: EngineName,
    /// An option of the engine; can be repeated
    ///
    /// wasmtime: compiler=cranelift, winch (compiles faster) or pulley (interprets);
    /// pooling=INSTANCES (creates instances faster, from a pool of this size);
    /// copy-on-write=on or off; cache=on or off (whether compiled code is kept). wasmi: translation=eager or lazy (loads faster). wasmi and wasm3:
    /// backtraces=on or off (whether failures name the functions; `on` makes actors slower).
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) engine_option: Vec<String>,
    /// Allow wasm3, an engine that a hostile module can exploit to take over this process
    ///
    /// Use it only if you trust the authors of all modules as much as this command. A signature
    /// does not make a module harmless. `capwire run --trust` keeps out modules that no trusted
    /// operator vouches for.
    #[arg(long)]
    pub(crate) allow_unsafe_engine: bool,
}

/// The engines by name. The default is the first safe one that is built in.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum EngineName {
    /// A compiler: runs actors fastest
    #[cfg_attr(any(feature = "wasmtime", not(feature = "wasmi")), default)]
    Wasmtime,
    /// An interpreter: starts actors fastest
    #[cfg_attr(all(feature = "wasmi", not(feature = "wasmtime")), default)]
    Wasmi,
    /// A small interpreter in C, only for modules that you trust; not built in by default
    Wasm3,
}
