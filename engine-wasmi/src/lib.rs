//! The [wasmi](https://docs.rs/wasmi) interpreter as an engine of capwire-wapc: portable, quick to
//! load, and deterministic in how much a guest may compute.
//!
//! ```
//! use capwire_engine_wasmi::Wasmi;
//! use capwire_wapc::{EmptyWorld, Engine, HostCall, ResourceLimits, PlainGuest, Reply, Request};
//! use std::sync::Arc;
//!
//! # let wasm = wat::parse_str(capwire_conformance::guests::ECHO)?;
//! let module = Wasmi::new().compile(&wasm)?;
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
//! - A slice is an amount of fuel, see [`Wasmi::fuel_per_millisecond`], which instructions, imports
//!   and each 8 bytes that are moved take from. It ends where a block of code begins, or in an
//!   import. The same guest always yields at the same places. Host calls do not end a slice, and
//!   what they take is not counted.
//! - Of [`ResourceLimits::stack_bytes`](capwire_wapc::ResourceLimits::stack_bytes), three quarters are for values
//!   and the rest for 24 bytes of each function that is being called. A module is compiled once
//!   for each size in use: the default at [`compile`](Engine::compile), any other by
//!   [`prepare`](capwire_wapc::Module::prepare), or when its first guest is made.

#![forbid(unsafe_code)]

mod backtrace;
mod code;
mod fault;
mod imports;
mod limiter;
mod machine;
mod module;
mod plain;
mod signatures;
mod state;
mod suspendable;

use capwire_wapc::{CompileError, Engine, Module, Support};
use module::WasmiModule;
use std::sync::Arc;

const NAME: &str = "wasmi";

/// What an optimised build executes in a millisecond on a server of the early 2020s, roughly.
const FUEL_PER_MILLISECOND: u64 = 250_000;

/// The engine.
#[derive(Clone, Copy, Debug)]
pub struct Wasmi {
    fuel_per_millisecond: u64,
    translation: Translation,
    backtraces: bool,
}

/// When a module's functions become what the interpreter reads. All are validated before any runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Translation {
    /// All of them when the module is compiled: it takes longer, and no call does.
    #[default]
    Eager,
    /// Each when it is called first, by whichever instance: modules are loaded in about half of the
    /// time, which pays where most of a large module is never called.
    ///
    /// This is work of the host and takes no fuel, so a guest yields at the same places. It is done
    /// once for a function, so all calls of all instances together wait for it no longer than
    /// [`compile`](Engine::compile) takes otherwise. Nothing can stop it, so a module with a function
    /// of more than 128 KiB is translated ahead. A function that is too large for wasmi fails when it
    /// is called, not when it is loaded.
    Lazy,
}

impl Wasmi {
    /// An engine that counts 250,000 units of fuel as a millisecond and translates ahead.
    #[must_use]
    pub fn new() -> Self {
        Self {
            fuel_per_millisecond: FUEL_PER_MILLISECOND,
            translation: Translation::default(),
            backtraces: false,
        }
    }

    /// Sets how much fuel counts as a millisecond of a slice: less for slow machines.
    ///
    /// ```
    /// let engine = capwire_engine_wasmi::Wasmi::new().fuel_per_millisecond(50_000);
    /// ```
    #[must_use]
    pub fn fuel_per_millisecond(mut self, fuel: u64) -> Self {
        self.fuel_per_millisecond = fuel;
        self
    }

    /// Sets when functions are translated: [`Translation::Eager`] if this is not called.
    ///
    /// ```
    /// use capwire_engine_wasmi::{Translation, Wasmi};
    ///
    /// let engine = Wasmi::new().translation(Translation::Lazy);
    /// ```
    #[must_use]
    pub fn translation(mut self, translation: Translation) -> Self {
        self.translation = translation;
        self
    }

    /// Sets whether traps say in [which functions](capwire_wapc::Trap::frames) they happened: no, if
    /// this is not called.
    ///
    /// wasmi tells nothing of its call stack, so guests are made to keep another one, out of their
    /// own reach. Those that do little but call functions run about a third slower, other ones a
    /// tenth. Modules take an eighth longer to load, lazily a larger part; instances take a 24th of
    /// their stack more, 22 KiB by default. What is added takes fuel, too.
    ///
    /// ```
    /// let engine = capwire_engine_wasmi::Wasmi::new().backtraces(true);
    /// ```
    #[must_use]
    pub fn backtraces(mut self, backtraces: bool) -> Self {
        self.backtraces = backtraces;
        self
    }
}

impl Default for Wasmi {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine for Wasmi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn support(&self) -> Support {
        let mut support = Support::full();
        support.backtraces = self.backtraces;
        support
    }

    fn compile(&self, wasm: &[u8]) -> Result<Arc<dyn Module>, CompileError> {
        let module = WasmiModule::compile(wasm, *self)?;
        Ok(Arc::new(module))
    }
}
