//! Tests at run time that wasm3 was compiled with a bounded use of the C stack.
//!
//! wasm3 goes from one instruction to the next by a call in tail position. An optimising compiler
//! turns that into a jump. Otherwise each instruction takes stack until its function returns, and
//! limits on calls and loops do not bound it.

use crate::code::{Code, Gauge};
use crate::guest::{Budget, GuestState};
use crate::stacks::Stacks;
use crate::suspend::Continue;
use crate::vm::Vm;
use capwire_wapc::{NoEntropy, ResourceLimits, World, abi};
use std::ptr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};

/// Returns true if instructions take no C stack. It is measured once in a process.
pub(crate) fn instructions_take_no_stack(stacks: &Stacks) -> bool {
    static RESULT: OnceLock<bool> = OnceLock::new();
    *RESULT.get_or_init(|| measure(stacks) == Some(0))
}

/// Returns the bytes of C stack that some instructions take, or `None` if the measurement fails.
fn measure(stacks: &Stacks) -> Option<usize> {
    let depths = Arc::new(Depths::default());
    let world = Arc::<Depths>::clone(&depths);
    let guest = GuestState::new(world, &ResourceLimits::default(), Budget::default());
    let code = Code::compile(&module(), stacks, false).ok()?;
    let run = || {
        let mut vm = Vm::load(&code, STACK_BYTES, guest).ok()?;
        vm.set_gauge(Gauge::Stack, i32::MAX);
        vm.call(0, &[0, 0], &Continue).ok()
    };
    stacks.on_one(run).ok()??;
    let depths = depths.0.lock().unwrap_or_else(PoisonError::into_inner);
    match depths[..] {
        [before, after] => Some(before.abs_diff(after)),
        _ => None,
    }
}

const STACK_BYTES: u32 = 64 * 1024;
/// The number of instructions, few enough for a stack even if each takes some hundreds of bytes.
const INSTRUCTIONS: usize = 200;

/// Returns a module that logs, computes without a call, a jump or a loop, and logs again.
fn module() -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32; 2], []);
    types.ty().function([ValType::I32; 2], [ValType::I32]);
    let mut imports = ImportSection::new();
    let log = EntityType::Function(0);
    imports.import(abi::NAMESPACE, abi::CONSOLE_LOG.name, log);
    let mut functions = FunctionSection::new();
    functions.function(1);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports
        .export(abi::MEMORY, ExportKind::Memory, 0)
        .export(abi::GUEST_CALL, ExportKind::Func, 1);
    let mut code = CodeSection::new();
    code.function(&guest_call());
    module
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&memories)
        .section(&exports)
        .section(&code);
    module.finish()
}

fn guest_call() -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    code.local_get(0).local_get(1).call(0);
    for _ in 0..INSTRUCTIONS {
        code.local_get(0).i32_const(3).i32_mul().local_set(0);
    }
    code.i32_const(0).i32_const(0).call(0).local_get(0).end();
    function
}

/// A world that records the address on the stack at which each line was printed.
#[derive(Default)]
struct Depths(Mutex<Vec<usize>>);

impl World for Depths {
    fn console(&self, line: &str) {
        let here = ptr::from_ref(&line).addr();
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(here);
    }

    fn realtime(&self) -> Duration {
        Duration::ZERO
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn random(&self, _buffer: &mut [u8]) -> Result<(), NoEntropy> {
        Ok(())
    }
}
