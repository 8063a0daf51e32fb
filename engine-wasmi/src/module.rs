//! A module: its compiled code for each stack size in use.

use crate::code::Code;
use crate::machine::Machine;
use crate::plain::Plain;
use crate::suspendable::Suspendable;
use crate::{NAME, Wasmi};
use capwire_wapc::{
    CompileError, Module, PlainInstance, ResourceLimits, StartError, SuspendableInstance, World,
};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub(crate) struct WasmiModule {
    /// The original bytes. They are rewritten for each stack size.
    wasm: Vec<u8>,
    engine: Wasmi,
    /// Code for the default stack size. wasmi's engines have one stack size each. Each code has its
    /// own engine, so that it is freed with its module.
    code: Arc<Code>,
    /// Code for other stack sizes, by size in bytes.
    others: Mutex<Vec<(usize, Arc<Code>)>>,
}

impl WasmiModule {
    pub(crate) fn compile(wasm: &[u8], engine: Wasmi) -> Result<Self, CompileError> {
        let code = Code::compile(wasm, engine, ResourceLimits::default().stack_bytes)?;
        Ok(Self {
            wasm: wasm.to_vec(),
            engine,
            code: Arc::new(code),
            others: Mutex::default(),
        })
    }

    fn code(&self, stack_bytes: usize) -> Result<Arc<Code>, CompileError> {
        if stack_bytes == ResourceLimits::default().stack_bytes {
            return Ok(Arc::clone(&self.code));
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, code)) = others.iter().find(|(size, _)| *size == stack_bytes) {
            return Ok(Arc::clone(code));
        }
        let code = Arc::new(Code::compile(&self.wasm, self.engine, stack_bytes)?);
        others.push((stack_bytes, Arc::clone(&code)));
        Ok(code)
    }

    fn instantiate(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Machine, StartError> {
        let code = self
            .code(limits.stack_bytes)
            .map_err(|error| StartError::Engine {
                engine: NAME,
                source: error.into(),
            })?;
        Machine::instantiate(&code, limits, world, self.slice(limits.slice))
    }

    /// Converts a slice into units of fuel.
    fn slice(&self, slice: Duration) -> u64 {
        let fuel = slice
            .as_nanos()
            .saturating_mul(self.engine.fuel_per_millisecond.into())
            / 1_000_000;
        u64::try_from(fuel).unwrap_or(u64::MAX).max(1)
    }
}

impl Module for WasmiModule {
    fn prepare(&self, limits: &ResourceLimits) -> Result<(), CompileError> {
        self.code(limits.stack_bytes).map(drop)
    }

    fn plain(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn PlainInstance>, StartError> {
        let machine = self.instantiate(limits, world)?;
        Ok(Box::new(Plain::new(machine)))
    }

    fn suspendable(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn SuspendableInstance>, StartError> {
        let machine = self.instantiate(limits, world)?;
        Ok(Box::new(Suspendable::new(machine)))
    }
}

impl fmt::Debug for WasmiModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasmiModule")
            .field("bytes", &self.wasm.len())
            .finish_non_exhaustive()
    }
}
