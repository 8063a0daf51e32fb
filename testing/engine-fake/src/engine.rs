//! The engine: scripts by name, and how many instances of them there are.

use crate::instance::FakeInstance;
use crate::script::Script;
use crate::{standard, wasm};
use capwire_wapc::{
    CompileError, Engine, LimitError, Module, PlainInstance, ResourceLimits, StartError, Support,
    SuspendableInstance, World,
};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const NAME: &str = "fake";

/// The engine. Clones share the count of instances, so a test keeps one and gives the other to
/// its host.
#[derive(Clone)]
pub struct Fake {
    scripts: BTreeMap<String, Arc<Script>>,
    support: Support,
    live: Arc<AtomicUsize>,
    made: Arc<AtomicUsize>,
}

impl Fake {
    /// An engine that supports everything and knows the script [`standard::NAME`].
    #[must_use]
    pub fn new() -> Self {
        let fake = Self {
            scripts: BTreeMap::new(),
            support: Support::full(),
            live: Arc::default(),
            made: Arc::default(),
        };
        fake.with(standard::NAME, standard::script())
    }

    /// The engine that also knows `script`, for modules of [`module(name)`](crate::module).
    #[must_use]
    pub fn with(mut self, name: &str, script: Script) -> Self {
        self.scripts.insert(name.to_owned(), Arc::new(script));
        self
    }

    /// The engine with other claims of what it enforces.
    #[must_use]
    pub fn with_support(mut self, support: Support) -> Self {
        self.support = support;
        self
    }

    /// Returns the current number of instances.
    #[must_use]
    pub fn live_instances(&self) -> usize {
        self.live.load(Ordering::SeqCst)
    }

    /// Returns the number of instances ever created.
    #[must_use]
    pub fn made_instances(&self) -> usize {
        self.made.load(Ordering::SeqCst)
    }
}

impl Default for Fake {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fake")
            .field("scripts", &self.scripts.keys())
            .field("live_instances", &self.live_instances())
            .finish_non_exhaustive()
    }
}

impl Engine for Fake {
    fn name(&self) -> &'static str {
        NAME
    }

    fn support(&self) -> Support {
        self.support
    }

    fn compile(&self, wasm: &[u8]) -> Result<Arc<dyn Module>, CompileError> {
        let name = wasm::script_name(wasm).map_err(invalid)?;
        let script = self.scripts.get(name).ok_or_else(|| {
            invalid(format!(
                "no script is called `{name}`: add it by Fake::with"
            ))
        })?;
        Ok(Arc::new(FakeModule {
            name: name.to_owned(),
            script: Arc::clone(script),
            engine: self.clone(),
        }))
    }
}

fn invalid(source: impl Into<capwire_wapc::Source>) -> CompileError {
    CompileError::Invalid {
        engine: NAME,
        source: source.into(),
    }
}

struct FakeModule {
    name: String,
    script: Arc<Script>,
    engine: Fake,
}

impl FakeModule {
    fn instance(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<FakeInstance>, StartError> {
        if self.script.memory_pages > limits.memory_pages {
            let pages = limits.memory_pages;
            return Err(LimitError::Memory { pages }.into());
        }
        self.engine.made.fetch_add(1, Ordering::SeqCst);
        let alive = Alive::new(&self.engine.live);
        Ok(Box::new(FakeInstance::new(
            Arc::clone(&self.script),
            world,
            alive,
        )))
    }
}

impl Module for FakeModule {
    fn plain(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn PlainInstance>, StartError> {
        Ok(self.instance(limits, world)?)
    }

    fn suspendable(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn SuspendableInstance>, StartError> {
        Ok(self.instance(limits, world)?)
    }
}

impl fmt::Debug for FakeModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FakeModule").field(&self.name).finish()
    }
}

/// Counts one instance for as long as it lives.
pub(crate) struct Alive(Arc<AtomicUsize>);

impl Alive {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
