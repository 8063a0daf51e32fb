//! wasmtime's engines: one for each size of stack, which wasmtime fixes for all that one compiles.

use crate::clock::Clock;
use crate::imports;
use crate::state::{Immediate, Patient, State};
use capwire_wapc::Source;
use std::sync::{Arc, Mutex, PoisonError};
use wasmtime::{Config, Engine, Linker, WasmBacktraceDetails};

#[derive(Default)]
pub(crate) struct Runtimes(Mutex<Vec<(usize, Arc<Runtime>)>>);

pub(crate) struct Runtime {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<Clock>,
    pub(crate) plain: Linker<State<Immediate>>,
    pub(crate) suspendable: Linker<State<Patient>>,
}

impl Runtimes {
    pub(crate) fn of_stack(&self, bytes: usize) -> Result<Arc<Runtime>, Source> {
        let mut runtimes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, runtime)) = runtimes.iter().find(|(size, _)| *size == bytes) {
            return Ok(Arc::clone(runtime));
        }
        let runtime = Arc::new(Runtime::new(bytes)?);
        runtimes.push((bytes, Arc::clone(&runtime)));
        Ok(runtime)
    }
}

impl Runtime {
    fn new(stack_bytes: usize) -> Result<Self, Source> {
        let engine = Engine::new(&config(stack_bytes))?;
        Ok(Self {
            clock: Arc::new(Clock::start(&engine)?),
            plain: imports::immediate(&engine)?,
            suspendable: imports::patient(&engine)?,
            engine,
        })
    }
}

/// What the imports of a suspendable guest need on its stack: the console is the host's code.
const IMPORTS_STACK: usize = 1024 * 1024;

fn config(stack_bytes: usize) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .max_wasm_stack(stack_bytes)
        .async_stack_size(stack_bytes.saturating_add(IMPORTS_STACK))
        // Not as the environment says, which is not ours to read.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_relaxed_simd(false)
        .wasm_simd(false)
        .wasm_tail_call(false);
    config
}
