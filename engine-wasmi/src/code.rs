//! A module's code for one size of stack, checked and ready to be instantiated.

use crate::backtrace::Traced;
use crate::state::State;
use crate::{Translation, Wasmi, fault, imports, signatures};
use capwire_trace::Names;
use capwire_wapc::{CompileError, ResourceLimits, parts};
use std::sync::Arc;
use wasmi::{CompilationMode, Config, CustomFuelCosts, Engine, Linker, Module};

pub(crate) struct Code {
    pub(crate) module: Module,
    pub(crate) linker: Linker<State>,
    /// Exported start functions in the order of their calls.
    pub(crate) starts: Vec<&'static str>,
    /// If the module keeps account of its calls.
    pub(crate) names: Option<Arc<Names>>,
}

/// Checks that a module is valid, and has nothing that guests may not have.
pub(crate) fn validate(wasm: &[u8]) -> Result<(), CompileError> {
    let config = config(
        Translation::default(),
        ResourceLimits::default().stack_bytes,
    );
    Module::validate(&Engine::new(&config), wasm).map_err(fault::invalid)
}

impl Code {
    /// Of a valid module.
    pub(crate) fn compile(
        wasm: &[u8],
        options: Wasmi,
        stack_bytes: usize,
    ) -> Result<Self, CompileError> {
        let mut config = config(ahead_if_long(options.translation, wasm), stack_bytes);
        let mut traced = Traced::not(wasm);
        if options.backtraces {
            traced = Traced::new(wasm, most_calls(stack_bytes));
            // For the stack that was added, if one was: that the guest has none of them is checked.
            config.wasm_multi_memory(true).wasm_custom_page_sizes(true);
        }
        let engine = Engine::new(&config);
        let module = Module::new(&engine, &traced.wasm).map_err(fault::invalid)?;
        signatures::check_imports(&module)?;
        let starts = signatures::check_exports(&module)?;
        let linker = imports::linker(&engine, &module).map_err(fault::invalid)?;
        Ok(Self {
            module,
            linker,
            starts,
            names: traced.names,
        })
    }
}

/// A function of this size takes some milliseconds to translate, in a call that nothing can stop
/// meanwhile if it is done there.
const MOST_BYTES_IN_A_CALL: u64 = 128 * 1024;

fn ahead_if_long(translation: Translation, wasm: &[u8]) -> Translation {
    match translation {
        Translation::Lazy if parts::largest_function(wasm) > MOST_BYTES_IN_A_CALL => {
            Translation::Eager
        }
        chosen => chosen,
    }
}

/// A function that is being called takes this of wasmi's call stack, beside its values.
const FRAME_BYTES: usize = 24;

/// What a stack has before it grows, and how many wait for the next call.
const NEW_STACK_BYTES: usize = 1_000;
const CACHED_STACKS: usize = 8;

/// wasmi's own, but for translation: where fuel ends in it wasmi cannot resume the guest.
const FUEL_COSTS: CustomFuelCosts = CustomFuelCosts {
    bytes_copied_per_fuel: 8, // as fast as memory that is new can be written
    fuel_per_bytes_translated: 0,
    fuel_per_bytes_validated: 0,
};

/// How many functions may be called one in the other.
fn most_calls(stack_bytes: usize) -> usize {
    stack_bytes / 4 / FRAME_BYTES
}

fn config(translation: Translation, stack_bytes: usize) -> Config {
    let values = stack_bytes - stack_bytes / 4;
    let mut config = Config::default();
    config
        .consume_fuel(true)
        .fuel_cost(FUEL_COSTS)
        .compilation_mode(match translation {
            Translation::Eager => CompilationMode::Eager,
            Translation::Lazy => CompilationMode::LazyTranslation,
        })
        .ignore_custom_sections(true)
        .allow_start_fn(false)
        .wasm_multi_memory(false)
        .wasm_tail_call(false)
        .set_max_cached_stacks(CACHED_STACKS)
        .set_max_recursion_depth(most_calls(stack_bytes))
        .set_min_stack_height(NEW_STACK_BYTES.min(values))
        .set_max_stack_height(values);
    config
}
