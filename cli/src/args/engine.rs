//! The command line of engines.

use clap::ValueEnum;

/// What runs actors.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct EngineChoice {
    /// What runs actors
    #[arg(long, value_enum, default_value_t)]
    pub(crate) engine: EngineName,
    /// How the engine works; can be given several times
    ///
    /// wasmtime has compiler=cranelift, winch (compiles quickly) or pulley (interprets),
    /// pooling=INSTANCES (makes them quickly, from a pool), and copy-on-write=on or off.
    /// wasmi has translation=eager or lazy (loads quickly). wasmi and wasm3 have backtraces=on or
    /// off: whether failures say in which functions they happened, for which actors run slower.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) engine_option: Vec<String>,
    /// Take an engine that a hostile module can break, and this process with it: wasm3
    ///
    /// No signature makes a module harmless. Trust whoever made each of them as you trust this
    /// command; `--trust` of `capwire run` keeps out those that nobody answers for.
    #[arg(long)]
    pub(crate) allow_unsafe_engine: bool,
}

/// The default is the first that is built in, but never one that is not safe.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum EngineName {
    /// Compiles ahead: fastest
    #[cfg_attr(any(feature = "wasmtime", not(feature = "wasmi")), default)]
    Wasmtime,
    /// Interprets: starts at once
    #[cfg_attr(all(feature = "wasmi", not(feature = "wasmtime")), default)]
    Wasmi,
    /// Interprets, the smallest: in C, for modules that you trust; not built in by default
    Wasm3,
}
