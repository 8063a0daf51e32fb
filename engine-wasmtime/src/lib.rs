//! The [wasmtime](https://docs.rs/wasmtime) JIT as an engine of capwire-wapc: the fastest one for
//! guests that compute or are called often.
//!
//! ```
//! use capwire_engine_wasmtime::Wasmtime;
//! use capwire_wapc::{EmptyWorld, Engine, HostCall, Limits, PlainGuest, Reply, Request};
//! use std::sync::Arc;
//!
//! let wasm = wat::parse_str(
//!     r#"(module
//!         (import "wapc" "__guest_request" (func $request (param i32 i32)))
//!         (import "wapc" "__guest_response" (func $response (param i32 i32)))
//!         (memory (export "memory") 1)
//!         (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32)
//!             (call $request (i32.const 0) (i32.const 1024))
//!             (call $response (i32.const 1024) (local.get $payload))
//!             (i32.const 1)))"#,
//! )?;
//! let module = Wasmtime::new()?.compile(&wasm)?;
//!
//! let mut host = |_: HostCall<'_>| Reply::error("there is nothing here");
//! let limits = Limits::default();
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
//! - A module is compiled once for each [`Limits::stack_bytes`](capwire_wapc::Limits::stack_bytes)
//!   in use: the default at [`compile`](Engine::compile), any other when its first guest is made.
//! - A plain guest uses the stack of its caller's thread, so it may have
//!   [`MAX_PLAIN_STACK`] at most; suspendable ones have their own.

#![deny(unsafe_code)]

mod clock;
mod code;
mod fault;
mod guest;
mod imports;
mod lend;
mod limiter;
mod mailbox;
mod module;
mod plain;
mod runtime;
mod signatures;
mod state;
mod suspendable;

use capwire_wapc::{CompileError, Engine, Limits, Module, Source, Support};
use module::WasmtimeModule;
use runtime::Runtimes;
use std::fmt;
use std::sync::Arc;

const NAME: &str = "wasmtime";

/// The largest [`Limits::stack_bytes`] of a plain guest: half of what Rust gives a thread.
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
    /// An engine, with the thread that counts its slices.
    ///
    /// # Errors
    /// If wasmtime does not support the processor or operating system, or there is no thread.
    pub fn new() -> Result<Self, Unavailable> {
        let runtimes = Arc::new(Runtimes::default());
        runtimes
            .of_stack(Limits::default().stack_bytes)
            .map_err(|source| Unavailable { source })?;
        Ok(Self { runtimes })
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
        f.debug_struct("Wasmtime").finish_non_exhaustive()
    }
}
