//! The options of an engine.

use crate::runtime::Runtimes;
use crate::{Unavailable, Wasmtime};
use capwire_wapc::ResourceLimits;
use std::sync::Arc;

/// The compiler of WebAssembly modules.
///
/// All compilers enforce all limits. They differ in compile time and in the speed of guests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strategy {
    /// The optimising compiler, with the fastest guests.
    #[default]
    Cranelift,
    /// The single-pass compiler for x86-64 and aarch64. It compiles several times as fast as Cranelift,
    /// and its guests run about half as fast.
    #[cfg(feature = "winch")]
    Winch,
    /// An interpreter of code that Cranelift optimised, for processors without a compiler and for hosts
    /// that must not have executable memory. It is many times slower.
    Pulley,
}

/// Options of a [`Wasmtime`], from [`Wasmtime::builder`].
#[derive(Clone, Debug)]
#[must_use = "it is `build` that makes the engine"]
pub struct WasmtimeBuilder {
    pub(crate) strategy: Strategy,
    /// The number of instances in the pool, or `None` for no pool.
    pub(crate) pool: Option<u32>,
    pub(crate) copy_on_write: bool,
    #[cfg(feature = "cache")]
    pub(crate) cache: Option<crate::CodeCache>,
}

impl WasmtimeBuilder {
    pub(crate) fn new() -> Self {
        Self {
            strategy: Strategy::default(),
            pool: None,
            copy_on_write: true,
            #[cfg(feature = "cache")]
            cache: None,
        }
    }

    /// Sets the compiler. The default is [`Strategy::Cranelift`].
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// Reserves memory for this number of `instances` once, so that instances are created several times
    /// as fast. While all are in use, creating another one fails. The default is 0: no pool.
    ///
    /// An unused slot takes no memory, but 4 GiB of addresses. If the system does not provide enough
    /// addresses or memory mappings, the engine has no pool, and [`Wasmtime::allocation`] returns the
    /// reason. A module with more than 4 tables, or more than 100,000 elements in one, never uses the
    /// pool. Neither does an instance whose [limit](ResourceLimits::table_elements) of elements is
    /// higher. Each [stack size](ResourceLimits::stack_bytes) in use has its own pool.
    pub fn pooling(mut self, instances: u32) -> Self {
        self.pool = (instances > 0).then_some(instances);
        self
    }

    /// Makes instances share the pages of their initial memory until they write to them. The default is
    /// true. If it is false, each instance gets a copy.
    pub fn copy_on_write(mut self, enable: bool) -> Self {
        self.copy_on_write = enable;
        self
    }

    /// Keeps compiled code in `cache`, and loads the code of known modules from it. The default is none.
    ///
    /// A module is checked and bounded as without a cache before it is looked up.
    #[cfg(feature = "cache")]
    pub fn code_cache(mut self, cache: crate::CodeCache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Creates the engine and the thread that counts its slices.
    ///
    /// # Errors
    /// If wasmtime or the chosen [`Strategy`] does not support the processor or operating system, or
    /// the system cannot create a thread.
    pub fn build(self) -> Result<Wasmtime, Unavailable> {
        let runtimes = Runtimes::new(self);
        runtimes
            .of(&ResourceLimits::default())
            .map_err(|source| Unavailable { source })?;
        Ok(Wasmtime {
            runtimes: Arc::new(runtimes),
            modules: Arc::default(),
        })
    }
}
