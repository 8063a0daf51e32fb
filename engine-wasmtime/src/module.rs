//! A module: its code for each size of stack that is in use.

use crate::MAX_PLAIN_STACK;
use crate::code::Code;
use crate::fault;
use crate::plain::Plain;
use crate::runtime::Runtimes;
use crate::suspendable::Suspendable;
use capwire_wapc::{
    CompileError, Limits, Module, PlainInstance, StartError, SuspendableInstance, World,
    start_section,
};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) struct WasmtimeModule {
    wasm: Vec<u8>,
    runtimes: Arc<Runtimes>,
    /// For the default size of stack.
    code: Arc<Code>,
    /// For other sizes.
    others: Mutex<Vec<(usize, Arc<Code>)>>,
}

impl WasmtimeModule {
    pub(crate) fn compile(wasm: &[u8], runtimes: Arc<Runtimes>) -> Result<Self, CompileError> {
        let wasm = start_section::as_export(wasm).map_err(fault::invalid)?;
        let wasm = capwire_bulk::in_pieces(wasm);
        let code = compile(&wasm, &runtimes, Limits::default().stack_bytes)?;
        Ok(Self {
            wasm: wasm.into_owned(),
            runtimes,
            code,
            others: Mutex::default(),
        })
    }

    fn code(&self, stack_bytes: usize) -> Result<Arc<Code>, CompileError> {
        if stack_bytes == Limits::default().stack_bytes {
            return Ok(Arc::clone(&self.code));
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, code)) = others.iter().find(|(size, _)| *size == stack_bytes) {
            return Ok(Arc::clone(code));
        }
        let code = compile(&self.wasm, &self.runtimes, stack_bytes)?;
        others.push((stack_bytes, Arc::clone(&code)));
        Ok(code)
    }
}

fn compile(
    wasm: &[u8],
    runtimes: &Runtimes,
    stack_bytes: usize,
) -> Result<Arc<Code>, CompileError> {
    let runtime = runtimes.of_stack(stack_bytes).map_err(fault::invalid)?;
    let pooled = runtime.is_pooled();
    let code = match Code::compile(wasm, runtime) {
        // Perhaps it just does not fit into the pool.
        Err(_) if pooled => {
            let runtime = runtimes.without_pool(stack_bytes).map_err(fault::invalid)?;
            Code::compile(wasm, runtime)
        }
        code => code,
    };
    Ok(Arc::new(code?))
}

impl Module for WasmtimeModule {
    fn plain(
        &self,
        limits: &Limits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn PlainInstance>, StartError> {
        if limits.stack_bytes > MAX_PLAIN_STACK {
            return Err(fault::unavailable(format!(
                "a plain guest may have {MAX_PLAIN_STACK} bytes of stack, not {}: make it suspendable",
                limits.stack_bytes
            )));
        }
        let code = self.code(limits.stack_bytes).map_err(fault::unavailable)?;
        let guest = code.plain(limits, world)?;
        Ok(Box::new(Plain::new(guest, code.clock())))
    }

    fn suspendable(
        &self,
        limits: &Limits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn SuspendableInstance>, StartError> {
        let code = self.code(limits.stack_bytes).map_err(fault::unavailable)?;
        let guest = code.suspendable(limits, world)?;
        Ok(Box::new(Suspendable::new(guest, code.clock())))
    }
}

impl fmt::Debug for WasmtimeModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasmtimeModule")
            .field("bytes", &self.wasm.len())
            .finish_non_exhaustive()
    }
}
