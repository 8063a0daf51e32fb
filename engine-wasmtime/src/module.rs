//! A module: its compiled code for each runtime in use.

use crate::MAX_PLAIN_STACK;
use crate::allocation;
use crate::code::Code;
use crate::plain::Plain;
use crate::runtime::{Runtime, Runtimes};
use crate::suspendable::Suspendable;
use crate::{NAME, fault};
use capwire_wapc::{
    CompileError, Module, PlainInstance, ResourceLimits, StartError, SuspendableInstance, World,
};
use capwire_wapc_rewrite::Plan;
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) struct WasmtimeModule {
    wasm: Vec<u8>,
    runtimes: Arc<Runtimes>,
    /// Code for the default limits, which nearly all guests use. It needs no lock.
    code: Arc<Code>,
    /// All code by the runtime that was requested, also if the module does not fit into its pool.
    codes: Mutex<Vec<(Arc<Runtime>, Arc<Code>)>>,
}

impl WasmtimeModule {
    /// Compiles `wasm`, which [`rewritten`] returned.
    pub(crate) fn compile(wasm: Vec<u8>, runtimes: Arc<Runtimes>) -> Result<Self, CompileError> {
        let runtime = runtimes
            .of(&ResourceLimits::default())
            .map_err(fault::invalid)?;
        let code = compile(&wasm, &runtimes, &runtime)?;
        Ok(Self {
            wasm,
            runtimes,
            code: Arc::clone(&code),
            codes: Mutex::new(vec![(runtime, code)]),
        })
    }

    fn code(&self, limits: &ResourceLimits) -> Result<Arc<Code>, CompileError> {
        if limits.stack_bytes == ResourceLimits::default().stack_bytes && allocation::holds(limits)
        {
            return Ok(Arc::clone(&self.code));
        }
        let runtime = self.runtimes.of(limits).map_err(fault::invalid)?;
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, code)) = codes.iter().find(|(of, _)| Arc::ptr_eq(of, &runtime)) {
            return Ok(Arc::clone(code));
        }
        let code = compile(&self.wasm, &self.runtimes, &runtime)?;
        codes.push((runtime, Arc::clone(&code)));
        Ok(code)
    }
}

/// Checks `wasm`, and returns it as it is compiled.
pub(crate) fn rewritten<'a>(
    wasm: &'a [u8],
    runtimes: &Runtimes,
) -> Result<Cow<'a, [u8]>, CompileError> {
    let plan = Plan::new(NAME)
        .bounded_bulk()
        .interrupt_points()
        .only_code();
    // Winch makes one pass over each function.
    let plan = match runtimes.uses_cranelift() {
        true => plan.cranelift_cost(),
        false => plan,
    };
    Ok(plan.apply(wasm)?.wasm)
}

fn compile(
    wasm: &[u8],
    runtimes: &Runtimes,
    runtime: &Arc<Runtime>,
) -> Result<Arc<Code>, CompileError> {
    let code = match Code::compile(wasm, Arc::clone(runtime)) {
        // The module may only be too large for the pool.
        Err(CompileError::Invalid { .. }) if runtime.is_pooled() => {
            let runtime = runtimes.without_pool(runtime.stack_bytes);
            Code::compile(wasm, runtime.map_err(fault::invalid)?)
        }
        code => code,
    };
    Ok(Arc::new(code?))
}

impl Module for WasmtimeModule {
    fn prepare(&self, limits: &ResourceLimits) -> Result<(), CompileError> {
        self.code(limits).map(drop)
    }

    fn plain(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn PlainInstance>, StartError> {
        if limits.stack_bytes > MAX_PLAIN_STACK {
            return Err(fault::unavailable(format!(
                "a plain guest may have {MAX_PLAIN_STACK} bytes of stack, not {}: make it suspendable",
                limits.stack_bytes
            )));
        }
        let code = self.code(limits).map_err(fault::unavailable)?;
        let guest = code.plain(limits, world)?;
        Ok(Box::new(Plain::new(guest, code.clock())))
    }

    fn suspendable(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn SuspendableInstance>, StartError> {
        let code = self.code(limits).map_err(fault::unavailable)?;
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
