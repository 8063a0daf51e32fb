//! An engine that is watched while it makes instances.

use capwire::engine::Engine;
use capwire::wapc::{
    CallError, CompileError, Module, PlainInstance, Progress, Request, ResourceLimits, Resume,
    StartError, Support, SuspendableInstance, World,
};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// An engine, and what was seen of its instances and modules.
#[derive(Clone, Debug)]
pub struct Watched {
    engine: Arc<dyn Engine>,
    seen: Arc<Mutex<Seen>>,
}

/// The observed numbers.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The current number of instances, including those that are being created or freed.
    pub instances: usize,
    /// The maximum number of instances so far.
    pub most: usize,
    /// The current number of modules.
    pub modules: usize,
    /// The threads on which instances were made or freed, and modules freed.
    pub threads: HashSet<ThreadId>,
}

impl Watched {
    /// Watches `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self {
            engine,
            seen: Arc::default(),
        }
    }

    /// Returns the numbers observed so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn here(&mut self) {
        self.threads.insert(thread::current().id());
    }
}

impl Engine for Watched {
    fn name(&self) -> &'static str {
        self.engine.name()
    }

    fn support(&self) -> Support {
        self.engine.support()
    }

    fn compile(&self, wasm: &[u8]) -> Result<Arc<dyn Module>, CompileError> {
        let module = self.engine.compile(wasm)?;
        self.lock().modules += 1;
        Ok(Arc::new(WatchedModule(module, Loaded(self.clone()))))
    }
}

/// The watched value is dropped before its watcher.
#[derive(Debug)]
struct WatchedModule(Arc<dyn Module>, Loaded);

impl Module for WatchedModule {
    fn prepare(&self, limits: &ResourceLimits) -> Result<(), CompileError> {
        self.0.prepare(limits)
    }

    fn plain(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn PlainInstance>, StartError> {
        self.0.plain(limits, world)
    }

    fn suspendable(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn SuspendableInstance>, StartError> {
        let made = Made::new(&self.1.0);
        let instance = self.0.suspendable(limits, world)?;
        Ok(Box::new(WatchedInstance {
            instance,
            _made: made,
        }))
    }
}

#[derive(Debug)]
struct WatchedInstance {
    instance: Box<dyn SuspendableInstance>,
    _made: Made,
}

impl SuspendableInstance for WatchedInstance {
    fn start(&mut self) -> Result<Progress, CallError> {
        self.instance.start()
    }

    fn call(&mut self, request: Request<'_>) -> Result<Progress, CallError> {
        self.instance.call(request)
    }

    fn resume(&mut self, resume: Resume) -> Result<Progress, CallError> {
        self.instance.resume(resume)
    }
}

/// A module, for as long as it lives.
#[derive(Debug)]
struct Loaded(Watched);

impl Drop for Loaded {
    fn drop(&mut self) {
        let mut seen = self.0.lock();
        seen.here();
        seen.modules -= 1;
    }
}

/// An instance, from before it is made until after it is freed.
#[derive(Debug)]
struct Made(Watched);

impl Made {
    fn new(watched: &Watched) -> Self {
        let mut seen = watched.lock();
        seen.here();
        seen.instances += 1;
        seen.most = seen.most.max(seen.instances);
        drop(seen);
        Self(watched.clone())
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let mut seen = self.0.lock();
        seen.here();
        seen.instances -= 1;
    }
}
