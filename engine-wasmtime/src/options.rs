//! How an engine is made.

use crate::runtime::Runtimes;
use crate::{Unavailable, Wasmtime};
use capwire_wapc::ResourceLimits;
use std::sync::Arc;

/// What turns WebAssembly into what runs.
///
/// All of them keep all limits; they differ in how long they compile and how fast guests are then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strategy {
    /// The optimising compiler: the fastest guests.
    #[default]
    Cranelift,
    /// The compiler that makes one pass over a function: several times as quick at it, for guests
    /// that run about half as fast. For x86-64 and aarch64.
    #[cfg(feature = "winch")]
    Winch,
    /// Cranelift's optimised code, interpreted: for processors without a compiler, and for hosts
    /// that must not have memory that is executable. Many times slower.
    Pulley,
}

/// Options of a [`Wasmtime`], from [`Wasmtime::builder`].
#[derive(Clone, Debug)]
#[must_use = "it is `build` that makes the engine"]
pub struct WasmtimeBuilder {
    pub(crate) strategy: Strategy,
    /// How many instances the pool has, if there is to be one.
    pub(crate) pool: Option<u32>,
    pub(crate) copy_on_write: bool,
}

impl WasmtimeBuilder {
    pub(crate) fn new() -> Self {
        Self {
            strategy: Strategy::default(),
            pool: None,
            copy_on_write: true,
        }
    }

    /// How guests are compiled: [`Strategy::Cranelift`] if this is not called.
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// Reserves what so many `instances` need once, instead of whenever one is made: they are made
    /// several times as fast, and no others are while all are in use. 0 is no pool.
    ///
    /// A pool takes no memory for instances that there are not, but 4 GiB of addresses for each. A
    /// system that has or gives fewer, or fewer mappings of memory, makes an engine without a
    /// pool: [`Wasmtime::allocation`] says so and why. A module with more than 4 tables, or more
    /// than 100,000 elements in one, is never in the pool, and neither is an instance that
    /// [may have](ResourceLimits::table_elements) more elements than that. Each
    /// [size of stack](ResourceLimits::stack_bytes) in use has a pool of its own.
    pub fn pooling(mut self, instances: u32) -> Self {
        self.pool = (instances > 0).then_some(instances);
        self
    }

    /// Whether instances share the pages of their initial memory until they write to them: true if
    /// this is not called. Without it each instance is given a copy.
    pub fn copy_on_write(mut self, enable: bool) -> Self {
        self.copy_on_write = enable;
        self
    }

    /// Makes the engine, with the thread that counts its slices.
    ///
    /// # Errors
    /// If wasmtime, or its compiler of the [`Strategy`], does not support the processor or
    /// operating system, or there is no thread.
    pub fn build(self) -> Result<Wasmtime, Unavailable> {
        let runtimes = Runtimes::new(self);
        runtimes
            .of(&ResourceLimits::default())
            .map_err(|source| Unavailable { source })?;
        Ok(Wasmtime {
            runtimes: Arc::new(runtimes),
        })
    }
}
