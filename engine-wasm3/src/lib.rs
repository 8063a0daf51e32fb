//! The [wasm3](https://docs.rs/wasm3x-sys) interpreter as an engine of capwire-wapc. It is the smallest
//! engine. This crate adds the resource limits that wasm3 lacks.
//!
//! **wasm3 is written in C and has a history of memory-safety faults.** This crate validates every
//! module before wasm3 gets it, and bounds wasm3's work. But a fault in wasm3's own code is a fault of
//! the host's process. Run only modules that you trust, or run wasm3 in a separate process. Its
//! [`Support`] does not promise memory safety, so capwire's host refuses it unless the host's builder
//! calls `accept_unsafe_engine`.
//!
//! ```
//! use capwire_engine_wasm3::Wasm3;
//! use capwire_wapc::{EmptyWorld, Engine, HostCall, ResourceLimits, PlainGuest, Reply, Request};
//! use std::sync::Arc;
//!
//! # let wasm = wat::parse_str(capwire_conformance::guests::ECHO)?;
//! let module = Wasm3::new()?.compile(&wasm)?;
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
//! tail calls, 64-bit or several memories, garbage collection or exceptions. A module has at most
//! 32 MiB and 10 million initial elements of tables.
//!
//! wasm3 compiles the whole module for each instance. This takes 5 ms for an actor of 150 KB, and half a
//! second and some hundred megabytes for the largest modules. The limit is 8 MiB of code with the added
//! counting, which is about 5 MB of code from a compiler. The compile cost of moving values between blocks
//! with several results is limited too. wasm3's compiler has its own limits, such as 1,000 nested blocks.
//! [`compile`](Engine::compile) refuses a module beyond any of these. wasm3 does not preserve whether a
//! NaN is quiet as the specification demands.
//!
//! # Resource limits
//! wasm3 gets a rewritten module. Added code counts fuel and stack in globals that the guest's code
//! cannot name. Added functions replace the instructions that grow memory and tables.
//! - A slice is an amount of fuel, see [`Wasm3::fuel_per_millisecond`]. Each executed instruction takes
//!   fuel, and so do each 16 bytes that one moves, and each 4 bytes of new memory. The interrupt points
//!   are the beginnings of functions and of loop iterations, growing memory, and imports. The time of
//!   imports is taken as fuel too, so a guest does not always yield at the same places.
//! - A call takes a part of [`ResourceLimits::stack_bytes`](capwire_wapc::ResourceLimits::stack_bytes). The part
//!   is an estimate of its use of both of wasm3's stacks: 8 bytes for each value and constant, 192 for
//!   the call and 96 for each loop in the function. wasm3 also checks both stacks itself. Limits above
//!   8 MiB count as 8 MiB.
//! - Memory has at most 2 GiB.
//!
//! Each call runs on its own stack of 9 MiB of address space until it ends. Idle guests have no stack. A
//! guest that is dropped while it is suspended traps at once.

#![deny(unsafe_code)] // and not `forbid`: `vm.rs` talks to C, `fiber.rs` moves suspended stacks

mod backtrace;
mod code;
mod facts;
mod fault;
mod fiber;
mod guest;
mod imports;
mod jobs;
mod module;
mod plain;
mod probe;
mod rewrite;
mod stacks;
mod suspend;
mod suspendable;
mod vm;

use capwire_wapc::{CompileError, Engine, Module, Support};
use capwire_wapc_rewrite::Plan;
use code::Code;
use module::Wasm3Module;
use stacks::Stacks;
use std::sync::Arc;

const NAME: &str = "wasm3";

/// Units of fuel that an optimised build executes in about a millisecond on a server of the early 2020s.
const FUEL_PER_MILLISECOND: u32 = 500_000;

/// The wasm3 engine.
#[derive(Clone, Debug)]
pub struct Wasm3 {
    stacks: Arc<Stacks>,
    fuel_per_millisecond: u32,
    backtraces: bool,
}

/// The error of a wasm3 that was compiled without optimisation. It would overflow its stack on harmless
/// code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "wasm3 was compiled without tail calls, so its stack is not bounded: set `opt-level = 3` in `[profile.dev.package.wasm3x-sys]` of the workspace's Cargo.toml"
)]
pub struct Unoptimised;

impl Wasm3 {
    /// Returns an engine with 500,000 units of fuel per millisecond and no backtraces.
    ///
    /// # Errors
    /// If wasm3 was compiled so that its use of the C stack has no bound, as C compilers do
    /// without optimisation.
    pub fn new() -> Result<Self, Unoptimised> {
        let stacks = Arc::<Stacks>::default();
        if !probe::instructions_take_no_stack(&stacks) {
            return Err(Unoptimised);
        }
        Ok(Self {
            stacks,
            fuel_per_millisecond: FUEL_PER_MILLISECOND,
            backtraces: false,
        })
    }

    /// Sets the units of fuel in a millisecond of a slice. Use fewer for slow machines.
    ///
    /// ```
    /// let engine = capwire_engine_wasm3::Wasm3::new()?.fuel_per_millisecond(50_000);
    /// # Ok::<(), capwire_engine_wasm3::Unoptimised>(())
    /// ```
    #[must_use]
    pub fn fuel_per_millisecond(mut self, fuel: u32) -> Self {
        self.fuel_per_millisecond = fuel;
        self
    }

    /// Makes traps name the [functions](capwire_wapc::Trap::frames) that were being called. The default
    /// is false.
    ///
    /// wasm3 does not expose its call stack, so modules are rewritten to record their calls in a table
    /// that the guest's own code cannot access. Guests that mainly call functions run about a tenth
    /// slower. Modules have twice as many functions, so creating an instance takes half as long again.
    /// Recording takes no fuel.
    ///
    /// ```
    /// let engine = capwire_engine_wasm3::Wasm3::new()?.backtraces(true);
    /// # Ok::<(), capwire_engine_wasm3::Unoptimised>(())
    /// ```
    #[must_use]
    pub fn backtraces(mut self, backtraces: bool) -> Self {
        self.backtraces = backtraces;
        self
    }
}

impl Engine for Wasm3 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn support(&self) -> Support {
        let mut support = Support::full();
        support.memory_safe = false; // it is C, and bounds are all that this crate can add
        support.backtraces = self.backtraces;
        support
    }

    fn compile(&self, wasm: &[u8]) -> Result<Arc<dyn Module>, CompileError> {
        facts::check_length(wasm)?;
        let module = Plan::new(NAME).bounded_bulk().apply(wasm)?;
        Ok(Arc::new(Wasm3Module {
            code: Code::compile(&module.wasm, &self.stacks, self.backtraces)?,
            stacks: Arc::clone(&self.stacks),
            fuel_per_millisecond: self.fuel_per_millisecond,
        }))
    }
}
