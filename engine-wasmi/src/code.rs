//! A module's compiled code for one stack size, checked and ready to be instantiated.

use crate::state::State;
use crate::{NAME, Translation, Wasmi, fault, imports, signatures};
use capwire_wapc::CompileError;
use capwire_wapc_rewrite::{Names, Plan, Rewritten};
use std::sync::Arc;
use wasmi::{CompilationMode, Config, CustomFuelCosts, Engine, Linker, Module};

pub(crate) struct Code {
    pub(crate) module: Module,
    pub(crate) linker: Linker<State>,
    /// Exported start functions in the order of their calls.
    pub(crate) starts: Vec<&'static str>,
    /// The names of functions, if the module records its calls.
    pub(crate) names: Option<Arc<Names>>,
}

impl Code {
    /// Rewrites a module and compiles it.
    pub(crate) fn compile(
        wasm: &[u8],
        options: Wasmi,
        stack_bytes: usize,
    ) -> Result<Self, CompileError> {
        let rewritten = plan(options, stack_bytes).apply(wasm)?;
        let mut config = config(translation(options, &rewritten), stack_bytes);
        if rewritten.has_shadow_stack {
            // Validation checked before that the guest itself uses neither.
            config.wasm_multi_memory(true).wasm_custom_page_sizes(true);
        }
        let engine = Engine::new(&config);
        let module = Module::new(&engine, &rewritten.wasm).map_err(fault::invalid)?;
        signatures::check_imports(&module)?;
        let starts = signatures::check_exports(&module)?;
        let linker = imports::linker(&engine, &module).map_err(fault::invalid)?;
        Ok(Self {
            module,
            linker,
            starts,
            names: rewritten.has_shadow_stack.then(|| Names::of(wasm).into()),
        })
    }
}

/// Maximum size in bytes of a function that is translated during a call. This takes some milliseconds,
/// and the call cannot be interrupted meanwhile.
const MOST_BYTES_IN_A_CALL: u64 = 128 * 1024;

fn translation(options: Wasmi, module: &Rewritten<'_>) -> Translation {
    match options.translation {
        Translation::Lazy if module.largest_function > MOST_BYTES_IN_A_CALL => Translation::Eager,
        chosen => chosen,
    }
}

/// Returns the plan by which modules are rewritten, so that wasmi can interrupt their guests and follows
/// the specification.
fn plan(options: Wasmi, stack_bytes: usize) -> Plan {
    let plan = Plan::new(NAME)
        .bounded_bulk()
        .bounded_growth()
        .wasmi_faults();
    match options.backtraces {
        true => plan.shadow_stack(u32::try_from(most_calls(stack_bytes)).unwrap_or(u32::MAX)),
        false => plan,
    }
}

/// Bytes of wasmi's call stack that a call takes in addition to its values.
const FRAME_BYTES: usize = 24;

/// Bytes of a new stack, and the number of unused stacks that wasmi keeps.
const NEW_STACK_BYTES: usize = 1_000;
const CACHED_STACKS: usize = 8;

/// wasmi's default costs, but translation is free: wasmi cannot resume a guest whose fuel ends in it.
const FUEL_COSTS: CustomFuelCosts = CustomFuelCosts {
    bytes_copied_per_fuel: 8, // as fast as memory that is new can be written
    fuel_per_bytes_translated: 0,
    fuel_per_bytes_validated: 0,
};

/// Returns the maximum depth of calls for this stack size.
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
