//! The [wasmi](https://docs.rs/wasmi) interpreter as an engine of capwire-wapc. It is portable, loads
//! modules quickly, and limits computing deterministically.
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
//! # Supported features
//! WebAssembly 1.0, multi-value, sign extension, saturating conversions, bulk memory, reference
//! types to functions and extended constants: what compilers emit by default. No SIMD, threads,
//! tail calls, 64-bit or several memories, garbage collection or exceptions.
//!
//! # Resource limits
//! - A slice is an amount of fuel, see [`Wasmi::fuel_per_millisecond`]. Instructions, imports and each
//!   8 bytes that are moved take fuel. The interrupt points are the beginnings of blocks of code, and
//!   imports. The same guest always yields at the same places. Host calls do not end a slice, and
//!   their time is not counted.
//! - Three quarters of [`ResourceLimits::stack_bytes`](capwire_wapc::ResourceLimits::stack_bytes) are for values.
//!   The rest is for calls, which take 24 bytes each. A module is compiled once for each stack size:
//!   for the default size at [`compile`](Engine::compile), for any other by
//!   [`prepare`](capwire_wapc::Module::prepare), or when its first guest is created.

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

/// Units of fuel that an optimised build executes in about a millisecond on a server of the early 2020s.
const FUEL_PER_MILLISECOND: u64 = 250_000;

/// The wasmi engine.
#[derive(Clone, Copy, Debug)]
pub struct Wasmi {
    fuel_per_millisecond: u64,
    translation: Translation,
    backtraces: bool,
}

/// The time at which a module's functions are translated for the interpreter. All functions are
/// validated before any runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Translation {
    /// All functions are translated when the module is compiled. Loading takes longer; calls do not.
    #[default]
    Eager,
    /// Each function is translated when any instance calls it first. Modules load in about half of
    /// the time. This helps if most of a large module is never called.
    ///
    /// Translation takes no fuel, so a guest yields at the same places. A function is translated once,
    /// so all calls of all instances together wait no longer than [`compile`](Engine::compile) takes
    /// otherwise. Translation cannot be interrupted, so a module with a function of more than 128 KiB
    /// is translated when it is compiled. A function that is too large for wasmi fails when it is
    /// called, not when the module is loaded.
    Lazy,
}

impl Wasmi {
    /// Returns an engine with the defaults: 250,000 units of fuel per millisecond, eager translation
    /// and no backtraces.
    #[must_use]
    pub fn new() -> Self {
        Self {
            fuel_per_millisecond: FUEL_PER_MILLISECOND,
            translation: Translation::default(),
            backtraces: false,
        }
    }

    /// Sets the units of fuel in a millisecond of a slice. Use fewer for slow machines.
    ///
    /// ```
    /// let engine = capwire_engine_wasmi::Wasmi::new().fuel_per_millisecond(50_000);
    /// ```
    #[must_use]
    pub fn fuel_per_millisecond(mut self, fuel: u64) -> Self {
        self.fuel_per_millisecond = fuel;
        self
    }

    /// Sets the time at which functions are translated. The default is [`Translation::Eager`].
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

    /// Makes traps name the [functions](capwire_wapc::Trap::frames) that were being called. The default
    /// is false.
    ///
    /// wasmi does not expose its call stack, so modules are rewritten to keep a second one, which the
    /// guest's own code cannot access. Guests that mainly call functions run about a third slower,
    /// others about a tenth. Modules take an eighth longer to load, and with lazy translation a larger
    /// share. An instance takes more memory: a 24th of its stack, 22 KiB by default. The added code
    /// takes fuel, too.
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
