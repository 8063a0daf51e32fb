//! Engines of the crate `wapc` as engines of capwire.

mod instance;
mod worker;

use capwire_wapc::{
    CompileError, Engine, Module, PlainInstance, ResourceLimits, Source, StartError, Support,
    SuspendableInstance, World,
};
use instance::Instance;
use std::fmt;
use std::sync::Arc;
use wapc::WebAssemblyEngineProvider;

type Provider = Box<dyn WebAssemblyEngineProvider>;

/// Makes a provider of one module, ready for its `init`.
type Make = dyn Fn() -> Result<Provider, Source> + Send + Sync;

type Load = dyn Fn(&[u8]) -> Result<Arc<Make>, Source> + Send + Sync;

/// Any [`wapc::WebAssemblyEngineProvider`] as an engine of capwire.
///
/// It promises nothing: [`Support`] says that no limit is enforced and no module is safe, so
/// capwire's hosts refuse it unless they are told otherwise, by `accept_unenforced_limits` and
/// `accept_unsafe_engine`. That is for modules that are trusted as much as the host itself.
///
/// # What it costs and cannot
/// - Each instance has a thread, since these engines call back in the middle of a call and need
///   not be [`Send`]. Whoever calls a guest waits for that thread, also where the guest is a
///   suspendable one; only in a host call does it wait without a caller.
/// - A guest that computes for ever keeps its thread for ever.
/// - `wapc` does not tell a guest that trapped from one that answered with an error. Both are
///   [`CallError::Guest`](capwire_wapc::CallError::Guest), and the instance is used again as `wapc`
///   would. An engine that panics loses the instance.
/// - Console lines, clocks and randomness are the provider's business; it is not given the
///   [`World`] of a guest. `wapc` has the console in the log of the crate `log`.
/// - Whether a module is a guest may only show when its first instance starts.
///
/// ```
/// use capwire_engine_wasmi::Wasmi;
/// use capwire_wapc::{EmptyWorld, Engine, HostCall, ResourceLimits, PlainGuest, Reply, Request};
/// use capwire_wapc_compat::{EngineProvider, ProviderEngine};
/// use std::sync::Arc;
///
/// let engine = ProviderEngine::new("wasmi for wapc", |wasm| {
///     let provider = EngineProvider::new(Wasmi::new(), wasm)?; // any provider
///     Ok(move || Ok(provider.clone()))
/// });
/// assert!(!engine.support().memory_limit);
///
/// # let wasm = wat::parse_str(r#"(module
/// #     (import "wapc" "__guest_response" (func $response (param i32 i32)))
/// #     (memory (export "memory") 1)
/// #     (func (export "__guest_call") (param i32 i32) (result i32)
/// #         (call $response (i32.const 0) (i32.const 3))
/// #         (i32.const 1)))"#)?;
/// let module = engine.compile(&wasm)?;
/// let mut host = |_: HostCall<'_>| Reply::error("there is nothing here");
/// let limits = ResourceLimits::default();
/// let mut guest = PlainGuest::start(&*module, &limits, Arc::new(EmptyWorld), &mut host)?;
/// assert_eq!(guest.call(Request::new("three", ""), &mut host)?.len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ProviderEngine {
    name: &'static str,
    load: Arc<Load>,
}

impl ProviderEngine {
    /// An engine with a `name` for people. `load` compiles a module once, and returns what makes a
    /// provider for each instance of it.
    pub fn new<M, P>(
        name: &'static str,
        load: impl Fn(&[u8]) -> Result<M, Source> + Send + Sync + 'static,
    ) -> Self
    where
        M: Fn() -> Result<P, Source> + Send + Sync + 'static,
        P: WebAssemblyEngineProvider + 'static,
    {
        let load = move |wasm: &[u8]| {
            let make = load(wasm)?;
            let make = move || Ok(Box::new(make()?) as Provider);
            Ok(Arc::new(make) as Arc<Make>)
        };
        Self {
            name,
            load: Arc::new(load),
        }
    }
}

impl Engine for ProviderEngine {
    fn name(&self) -> &'static str {
        self.name
    }

    fn support(&self) -> Support {
        let mut support = Support::full();
        support.slices = false;
        support.memory_limit = false;
        support.table_limit = false;
        support.stack_limit = false;
        support.message_limit = false;
        support.wasi = false;
        support.memory_safe = false;
        support.backtraces = false;
        support
    }

    fn compile(&self, wasm: &[u8]) -> Result<Arc<dyn Module>, CompileError> {
        let make = (self.load)(wasm).map_err(|source| CompileError::Invalid {
            engine: self.name,
            source,
        })?;
        let engine = self.name;
        Ok(Arc::new(ProviderModule { engine, make }))
    }
}

impl fmt::Debug for ProviderEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("ProviderEngine");
        debug.field("name", &self.name).finish_non_exhaustive()
    }
}

struct ProviderModule {
    engine: &'static str,
    make: Arc<Make>,
}

impl ProviderModule {
    fn instance(&self) -> Result<Box<Instance>, StartError> {
        let line = worker::spawn(Arc::clone(&self.make));
        let line = line.map_err(|error| StartError::Engine {
            engine: self.engine,
            source: error.into(),
        })?;
        Ok(Box::new(Instance::new(line)))
    }
}

impl Module for ProviderModule {
    fn plain(
        &self,
        _limits: &ResourceLimits,
        _world: Arc<dyn World>,
    ) -> Result<Box<dyn PlainInstance>, StartError> {
        Ok(self.instance()?)
    }

    fn suspendable(
        &self,
        _limits: &ResourceLimits,
        _world: Arc<dyn World>,
    ) -> Result<Box<dyn SuspendableInstance>, StartError> {
        Ok(self.instance()?)
    }
}

impl fmt::Debug for ProviderModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("ProviderModule");
        debug.field("engine", &self.engine).finish_non_exhaustive()
    }
}
