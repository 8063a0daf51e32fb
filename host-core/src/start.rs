//! Compiles modules away from the async threads, and starts guests of them.

use crate::clock::Clock;
use crate::meter::{Meter, Overspent};
use bytes::Bytes;
use capwire_wapc::{
    CallError, CompileError, Engine, Guest, LimitError, Module, ResourceLimits, StartError,
    StartStep, World, parts,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Starts guests of one module.
pub(crate) struct Starter {
    pub(crate) module: Arc<dyn Module>,
    pub(crate) limits: ResourceLimits,
    pub(crate) world: Arc<dyn World>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) deadline: Duration,
    pub(crate) cpu_budget: Duration,
}

/// Why a guest did not start.
#[derive(Debug)]
pub(crate) enum StartFault {
    Start(StartError),
    /// It was not done after so long.
    Deadline(Duration),
    /// The engine panicked.
    Panic,
}

/// Why a module was not compiled.
#[derive(Debug)]
pub(crate) enum CompileFault {
    Compile(CompileError),
    /// The engine panicked.
    Panic,
}

/// Compiles a module for guests with such `limits`, when one of `places` is free.
pub(crate) async fn compile(
    engine: Arc<dyn Engine>,
    wasm: Bytes,
    limits: ResourceLimits,
    places: Arc<Semaphore>,
) -> Result<Arc<dyn Module>, CompileFault> {
    // Never closed, so there is always a place; it stays taken if the caller goes away meanwhile.
    let place = places.acquire_owned().await;
    let compiled = spawn_blocking(move || {
        let _place = place;
        // Nothing can stop an engine meanwhile.
        parts::check(&wasm)?;
        let module = engine.compile(&wasm)?;
        module.prepare(&limits)?;
        Ok(module)
    });
    match compiled.await {
        Ok(module) => module.map_err(CompileFault::Compile),
        Err(_) => Err(CompileFault::Panic),
    }
}

impl Starter {
    /// A new guest whose start functions have run, on the caller's thread, which may block for long. If
    /// it is not `wanted` any more, it is given up at the end of its slice.
    pub(crate) fn start(
        &self,
        until: Duration,
        wanted: impl Fn() -> bool,
    ) -> Result<Guest, StartFault> {
        let mut meter = Meter::start(&*self.clock, self.cpu_budget, self.limits.slice);
        let mut step = Guest::start(&*self.module, &self.limits, Arc::clone(&self.world))?;
        loop {
            step = match step {
                StartStep::Ready(guest) => return Ok(guest),
                StartStep::Yielded(starting) => {
                    meter.bill()?;
                    if !wanted() || self.clock.monotonic() >= until {
                        return Err(StartFault::Deadline(self.deadline));
                    }
                    starting.resume()?
                }
            };
        }
    }
}

impl From<StartError> for StartFault {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

impl From<Overspent> for StartFault {
    fn from(_: Overspent) -> Self {
        Self::Start(CallError::from(LimitError::Interrupted).into())
    }
}
