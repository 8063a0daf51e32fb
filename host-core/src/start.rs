//! Compiles modules and starts guests, away from the async threads.

use crate::clock::Clock;
use crate::meter::{Meter, Overspent};
use bytes::Bytes;
use capwire_wapc::{
    CallError, CompileError, Engine, Guest, LimitError, Limits, Module, StartError, StartStep,
    World, parts,
};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Starts guests of one module.
#[derive(Clone)]
pub(crate) struct Starter {
    pub(crate) module: Arc<dyn Module>,
    pub(crate) limits: Limits,
    pub(crate) world: Arc<dyn World>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) deadline: Duration,
    pub(crate) cpu_budget: Duration,
}

/// Why a guest did not start.
#[derive(Debug)]
pub(crate) enum StartFault {
    Start(StartError),
    /// It took longer than so long.
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

/// Compiles a module when one of `places` is free.
pub(crate) async fn compile(
    engine: Arc<dyn Engine>,
    wasm: Bytes,
    places: Arc<Semaphore>,
) -> Result<Arc<dyn Module>, CompileFault> {
    // Never closed, so there is always a place; it stays taken if the caller goes away meanwhile.
    let place = places.acquire_owned().await;
    let compiled = spawn_blocking(move || {
        let _place = place;
        // Nothing can stop an engine meanwhile.
        parts::check(&wasm)?;
        engine.compile(&wasm)
    });
    match compiled.await {
        Ok(module) => module.map_err(CompileFault::Compile),
        Err(_) => Err(CompileFault::Panic),
    }
}

impl Starter {
    /// A new guest whose start functions have run. If nobody waits for it any more, it is given
    /// up at the end of its slice.
    pub(crate) async fn start(&self) -> Result<Guest, StartFault> {
        let starter = self.clone();
        let caller = Arc::new(());
        let waiting = Arc::downgrade(&caller);
        let started = spawn_blocking(move || starter.start_here(&waiting)).await;
        drop(caller);
        started.unwrap_or(Err(StartFault::Panic))
    }

    fn start_here(&self, caller: &Weak<()>) -> Result<Guest, StartFault> {
        let until = self.clock.monotonic().saturating_add(self.deadline);
        let mut meter = Meter::start(&*self.clock, self.cpu_budget, self.limits.slice);
        let mut step = Guest::start(&*self.module, &self.limits, Arc::clone(&self.world))?;
        loop {
            step = match step {
                StartStep::Ready(guest) => return Ok(guest),
                StartStep::Yielded(starting) => {
                    meter.bill()?;
                    if caller.strong_count() == 0 || self.clock.monotonic() >= until {
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
