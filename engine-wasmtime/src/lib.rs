//! The [wasmtime](https://docs.rs/wasmtime) JIT as an engine of capwire-wapc: the fastest one for
//! guests that compute or are called often.
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
//! # What guests may use
//! WebAssembly 1.0, multi-value, sign extension, saturating conversions, bulk memory, reference
//! types to functions and extended constants: what compilers emit by default. No SIMD, threads,
//! tail calls, 64-bit or several memories, garbage collection or exceptions.
//!
//! # How limits are kept
//! - A slice is counted in ticks of 1 ms by a thread that sleeps while no guest runs. It lasts as
//!   long as it should and up to two ticks longer, by the clock on the wall. Host calls do not end
//!   a slice, and what they take is not counted.
//! - A module is compiled once for each [`ResourceLimits::stack_bytes`](capwire_wapc::ResourceLimits::stack_bytes)
//!   in use: the default at [`compile`](Engine::compile), any other by
//!   [`prepare`](capwire_wapc::Module::prepare), or when its first guest is made.
//!   With a pool, once more for guests that may have more than its places hold.
//! - A plain guest uses the stack of its caller's thread, so it may have
//!   [`MAX_PLAIN_STACK`] at most; suspendable ones have their own.
//!
//! # Options
//! [`Wasmtime::builder`] has them: how guests are compiled ([`Strategy`]), whether there is a pool of
//! instances, and whether instances share pages of memory. Guests may use the same and limits hold
//! the same, whatever is chosen. The feature `winch` adds [`Strategy`]`::Winch`.

#![deny(unsafe_code)]

mod allocation;
mod clock;
mod code;
mod compile_cost;
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
mod signatures;
mod state;
mod suspendable;

pub use allocation::Allocation;
pub use options::{Strategy, WasmtimeBuilder};

use capwire_wapc::{CompileError, Engine, Module, Source, Support};
use module::WasmtimeModule;
use runtime::Runtimes;
use std::fmt;
use std::sync::Arc;

const NAME: &str = "wasmtime";

/// The largest [`ResourceLimits::stack_bytes`](capwire_wapc::ResourceLimits::stack_bytes) of a plain guest: half of what Rust gives a thread.
pub const MAX_PLAIN_STACK: usize = 1024 * 1024;

/// The engine. Its clones are the same engine.
#[derive(Clone)]
pub struct Wasmtime {
    runtimes: Arc<Runtimes>,
}

/// wasmtime cannot run on this machine.
#[derive(Debug, thiserror::Error)]
#[error("the engine `wasmtime` does not run here: use another, such as `wasmi`")]
pub struct Unavailable {
    source: Source,
}

impl Wasmtime {
    /// An engine with the default options: Cranelift, memory on demand, shared until it is written.
    ///
    /// # Errors
    /// See [`WasmtimeBuilder::build`].
    pub fn new() -> Result<Self, Unavailable> {
        Self::builder().build()
    }

    /// Begins an engine with other options.
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

    /// Where its instances get their memory. Read it after the first guests too, if some have
    /// another size of stack than [`ResourceLimits::default`](capwire_wapc::ResourceLimits): each has its own pool.
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
        let module = WasmtimeModule::compile(wasm, Arc::clone(&self.runtimes))?;
        Ok(Arc::new(module))
    }
}

impl fmt::Debug for Wasmtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wasmtime")
            .field("allocation", &self.allocation())
            .finish_non_exhaustive()
    }
}
