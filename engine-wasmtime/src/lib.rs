//! The [wasmtime](https://docs.rs/wasmtime) JIT as an engine of capwire-wapc. It is the fastest engine
//! for guests that compute much or are called often.
//!
//! ```
//! use capwire_engine_wasmtime::Wasmtime;
//! use capwire_wapc::{EmptyWorld, Engine, HostCall, ResourceLimits, PlainGuest, Reply, Request};
//! use std::sync::Arc;
//!
//! # let wasm = wat::parse_str(capwire_conformance::guests::ECHO)?;
//! let module = Wasmtime::new()?.compile(&wasm)?;
//!
//! let mut host = |_: HostCall<'_>| Reply::error("there is nothing here");
//! let limits = ResourceLimits::default();
//! let mut guest = PlainGuest::start(&*module, &limits, Arc::new(EmptyWorld), &mut host)?;
//! let response = guest.call(Request::new("echo", &b"hello"[..]), &mut host)?;
//! assert_eq!(response, &b"hello"[..]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Supported features
//! WebAssembly 1.0, multi-value, sign extension, saturating conversions, bulk memory, reference
//! types to functions and extended constants: what compilers emit by default. No SIMD, threads,
//! tail calls, 64-bit or several memories, garbage collection or exceptions.
//!
//! # Resource limits
//! - A thread counts slices in ticks of 1 ms of wall-clock time. It sleeps while no guest runs. A slice
//!   lasts as long as configured, or up to two ticks longer. Host calls do not end a slice, and their
//!   time is not counted.
//! - A module is compiled once for each [`ResourceLimits::stack_bytes`](capwire_wapc::ResourceLimits::stack_bytes)
//!   in use: for the default size at [`compile`](Engine::compile), for any other by
//!   [`prepare`](capwire_wapc::Module::prepare), or when its first guest is created. With a pool, it is
//!   compiled once more for guests whose limits exceed a slot of the pool.
//! - A plain guest uses the stack of its caller's thread, so its limit is at most [`MAX_PLAIN_STACK`].
//!   Suspendable guests have their own stacks.
//!
//! # Options
//! [`Wasmtime::builder`] sets the compiler ([`Strategy`]), a pool of instances, and whether instances
//! share pages of memory. Features and limits are the same with all options. The cargo feature `winch`
//! adds [`Strategy`]`::Winch`.
//!
//! # Compiled code
//! Modules with the same code, whatever their custom sections say, are compiled once and share it while one of them
//! is in use. With the cargo feature `cache`, `WasmtimeBuilder::code_cache` keeps compiled code in a folder, for later
//! processes.

#![deny(unsafe_code)]

mod allocation;
#[cfg(feature = "cache")]
mod cache;
mod clock;
mod code;
mod fault;
mod guest;
mod imports;
mod lend;
mod limiter;
mod mailbox;
mod module;
mod options;
mod plain;
mod runtime;
mod shared;
mod signatures;
mod state;
mod suspendable;

pub use allocation::Allocation;
#[cfg(feature = "cache")]
pub use cache::{
    CacheError, CacheKey, CacheUses, CachedCode, CodeCache, DEFAULT_MAX_BYTES, Pruned,
};
pub use options::{Strategy, WasmtimeBuilder};

use capwire_wapc::{CompileError, Engine, Module, Source, Support};
use runtime::Runtimes;
use shared::Modules;
use std::fmt;
use std::sync::Arc;

const NAME: &str = "wasmtime";

/// Maximum [`ResourceLimits::stack_bytes`](capwire_wapc::ResourceLimits::stack_bytes) of a plain guest: half of
/// the stack that Rust gives a thread by default.
pub const MAX_PLAIN_STACK: usize = 1024 * 1024;

/// The wasmtime engine. Clones share one engine.
#[derive(Clone)]
pub struct Wasmtime {
    runtimes: Arc<Runtimes>,
    modules: Arc<Modules>,
}

/// The error of an engine that cannot run on this machine.
#[derive(Debug, thiserror::Error)]
#[error("the engine `wasmtime` does not run here: use another, such as `wasmi`")]
pub struct Unavailable {
    source: Source,
}

impl Wasmtime {
    /// Returns an engine with the default options: Cranelift, allocation on demand, and memory pages that
    /// are shared until they are written.
    ///
    /// # Errors
    /// See [`WasmtimeBuilder::build`].
    pub fn new() -> Result<Self, Unavailable> {
        Self::builder().build()
    }

    /// Returns a builder for an engine with other options.
    ///
    /// ```
    /// use capwire_engine_wasmtime::{Allocation, Wasmtime};
    ///
    /// let engine = Wasmtime::builder().pooling(100).build()?;
    /// if let Allocation::NoRoom { reason } = engine.allocation() {
    ///     eprintln!("without a pool: {reason}");
    /// }
    /// # Ok::<(), capwire_engine_wasmtime::Unavailable>(())
    /// ```
    pub fn builder() -> WasmtimeBuilder {
        WasmtimeBuilder::new()
    }

    /// Returns the source of memory for instances. Each stack size has its own pool, so check again
    /// after creating the first guest with another one than [`ResourceLimits::default`](capwire_wapc::ResourceLimits).
    #[must_use]
    pub fn allocation(&self) -> Allocation {
        self.runtimes.allocation()
    }
}

impl Engine for Wasmtime {
    fn name(&self) -> &'static str {
        NAME
    }

    fn support(&self) -> Support {
        Support::full()
    }

    fn compile(&self, wasm: &[u8]) -> Result<Arc<dyn Module>, CompileError> {
        Ok(self.modules.compile(wasm, &self.runtimes)?)
    }
}

impl fmt::Debug for Wasmtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wasmtime")
            .field("allocation", &self.allocation())
            .finish_non_exhaustive()
    }
}
