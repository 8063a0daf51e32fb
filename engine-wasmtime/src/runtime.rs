//! wasmtime's engines, one for each stack size: an engine of wasmtime has one stack size for all its modules.

use crate::allocation::{self, Allocation};
use crate::clock::Clock;
use crate::imports;
use crate::options::{Strategy, WasmtimeBuilder};
use crate::state::{Immediate, Patient, State};
use capwire_wapc::{ResourceLimits, Source};
use capwire_wapc_rewrite::FEATURES;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wasmtime::{Config, Engine, Linker, Module, Result};

pub(crate) struct Runtimes {
    options: WasmtimeBuilder,
    made: Mutex<Vec<Arc<Runtime>>>,
}

pub(crate) struct Runtime {
    pub(crate) stack_bytes: usize,
    pub(crate) allocation: Allocation,
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<Clock>,
    pub(crate) plain: Linker<State<Immediate>>,
    pub(crate) suspendable: Linker<State<Patient>>,
    #[cfg(feature = "cache")]
    cache: Option<crate::CodeCache>,
}

impl Runtimes {
    pub(crate) fn new(options: WasmtimeBuilder) -> Self {
        Self {
            options,
            made: Mutex::default(),
        }
    }

    /// Returns the runtime for guests with these limits.
    pub(crate) fn of(&self, limits: &ResourceLimits) -> Result<Arc<Runtime>, Source> {
        match allocation::holds(limits) {
            true => self.of_stack(limits.stack_bytes),
            false => self.without_pool(limits.stack_bytes),
        }
    }

    /// Returns true if Cranelift compiles modules, to code for the processor or for Pulley.
    pub(crate) fn uses_cranelift(&self) -> bool {
        match self.options.strategy {
            Strategy::Cranelift | Strategy::Pulley => true,
            #[cfg(feature = "winch")]
            Strategy::Winch => false,
        }
    }

    /// Returns the runtime for this stack size, with a pool if the options request one.
    fn of_stack(&self, bytes: usize) -> Result<Arc<Runtime>, Source> {
        let asks_for_pool = self.options.pool.is_some();
        self.find_or_make(
            |made| {
                let asked = made.allocation != Allocation::OnDemand;
                made.stack_bytes == bytes && asked == asks_for_pool
            },
            || allocation::engine(&self.options, bytes),
            bytes,
        )
    }

    /// Returns the runtime for guests that do not fit into a pool.
    pub(crate) fn without_pool(&self, bytes: usize) -> Result<Arc<Runtime>, Source> {
        self.find_or_make(
            |made| made.stack_bytes == bytes && !made.is_pooled(),
            || {
                let engine = allocation::on_demand(&self.options, bytes)?;
                Ok((engine, Allocation::OnDemand))
            },
            bytes,
        )
    }

    /// Returns the first allocation without room for its pool, or else that of the first runtime.
    pub(crate) fn allocation(&self) -> Allocation {
        let made = self.made();
        let is_worst = |made: &&Arc<Runtime>| matches!(made.allocation, Allocation::NoRoom { .. });
        let worst = made.iter().find(is_worst).or_else(|| made.first());
        worst.map_or(Allocation::OnDemand, |made| made.allocation.clone())
    }

    fn find_or_make(
        &self,
        is_it: impl Fn(&Runtime) -> bool,
        engine: impl FnOnce() -> Result<(Engine, Allocation)>,
        stack_bytes: usize,
    ) -> Result<Arc<Runtime>, Source> {
        let mut made = self.made();
        if let Some(runtime) = made.iter().find(|made| is_it(made)) {
            return Ok(Arc::clone(runtime));
        }
        let (engine, allocation) = engine()?;
        let runtime = Runtime::new(engine, allocation, stack_bytes, &self.options)?;
        let runtime = Arc::new(runtime);
        made.push(Arc::clone(&runtime));
        Ok(runtime)
    }

    fn made(&self) -> MutexGuard<'_, Vec<Arc<Runtime>>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Runtime {
    #[cfg_attr(
        not(feature = "cache"),
        expect(unused_variables, reason = "only the cache is an option of its own")
    )]
    fn new(
        engine: Engine,
        allocation: Allocation,
        stack_bytes: usize,
        options: &WasmtimeBuilder,
    ) -> Result<Self, Source> {
        Ok(Self {
            stack_bytes,
            allocation,
            clock: Arc::new(Clock::start(&engine)?),
            plain: imports::immediate(&engine)?,
            suspendable: imports::patient(&engine)?,
            engine,
            #[cfg(feature = "cache")]
            cache: options.cache.clone(),
        })
    }

    /// Returns the module, compiled now or before.
    pub(crate) fn module(&self, wasm: &[u8]) -> Result<Module> {
        #[cfg(feature = "cache")]
        if let Some(cache) = &self.cache {
            return cache.module(&self.engine, wasm);
        }
        Module::new(&self.engine, wasm)
    }

    pub(crate) fn is_pooled(&self) -> bool {
        matches!(self.allocation, Allocation::Pool { .. })
    }
}

/// Bytes of a suspendable guest's stack for its imports, which may run the host's code for the console.
const IMPORTS_STACK: usize = 1024 * 1024;

pub(crate) fn config(options: &WasmtimeBuilder, stack_bytes: usize) -> Result<Config> {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .max_wasm_stack(stack_bytes)
        .async_stack_size(stack_bytes.saturating_add(IMPORTS_STACK))
        .memory_init_cow(options.copy_on_write)
        .wasm_features(!FEATURES, false);
    match options.strategy {
        Strategy::Cranelift => {}
        #[cfg(feature = "winch")]
        Strategy::Winch => {
            config.strategy(wasmtime::Strategy::Winch);
        }
        Strategy::Pulley => {
            config.target(PULLEY)?;
        }
    }
    Ok(config)
}

/// The target of the interpreter Pulley, which depends on the machine's pointer width and byte order.
const PULLEY: &str = match (
    cfg!(target_pointer_width = "64"),
    cfg!(target_endian = "big"),
) {
    (true, false) => "pulley64",
    (true, true) => "pulley64be",
    (false, false) => "pulley32",
    (false, true) => "pulley32be",
};
