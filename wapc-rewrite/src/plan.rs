//! The passes that an engine asks for, applied in their order.

use crate::fault::explained;
use crate::module::Module;
use crate::{code, limits, writer};
use capwire_wapc::{CompileError, Source};
use std::borrow::Cow;

/// The passes that an engine needs over each module that it compiles.
///
/// Every plan validates the module against [`FEATURES`](crate::FEATURES), checks that it is not larger than a
/// compiler is asked to take, and replaces its start section by an export named
/// [`START_SECTION`](capwire_wapc::exports::START_SECTION), which engines call like other start functions.
/// Options add more passes.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub(crate) engine: &'static str,
    pub(crate) bounded_bulk: bool,
    pub(crate) interrupt_points: bool,
    pub(crate) bounded_growth: bool,
    pub(crate) wasmi_faults: bool,
    pub(crate) cranelift_cost: bool,
    pub(crate) shadow_stack: Option<u32>,
    pub(crate) only_code: bool,
}

/// A module as an engine compiles it.
#[derive(Clone, Debug)]
pub struct Rewritten<'a> {
    /// The module.
    pub wasm: Cow<'a, [u8]>,
    /// Bytes of code of its longest function, for engines that compile some functions in a call.
    pub largest_function: u64,
    /// True if the module keeps a [shadow stack](Plan::shadow_stack): it is in the plan, and the module has code.
    pub has_shadow_stack: bool,
}

impl Plan {
    /// A plan of the engine with this name, which errors mention.
    #[must_use]
    pub const fn new(engine: &'static str) -> Self {
        Self {
            engine,
            bounded_bulk: false,
            interrupt_points: false,
            bounded_growth: false,
            wasmi_faults: false,
            cranelift_cost: false,
            shadow_stack: None,
            only_code: false,
        }
    }

    /// Cuts `memory.fill` and `memory.copy` into pieces of 256 KiB, between which an engine can stop the
    /// guest.
    #[must_use]
    pub const fn bounded_bulk(mut self) -> Self {
        self.bounded_bulk = true;
        self
    }

    /// Adds interrupt points to straight code, for engines that stop a guest only where functions and
    /// loops begin: before calls of imports and instructions that move much, and between a thousand accesses
    /// to memory.
    #[must_use]
    pub const fn interrupt_points(mut self) -> Self {
        self.interrupt_points = true;
        self
    }

    /// Grows memory by pieces of 8 pages, between which an engine can stop the guest. A module that grows
    /// its memory exports a global named [`MOST_PAGES`](crate::MOST_PAGES), which the engine sets.
    #[must_use]
    pub const fn bounded_growth(mut self) -> Self {
        self.bounded_growth = true;
        self
    }

    /// Works around what wasmi 2.0.0 translates wrongly, and refuses a module whose conditional branches
    /// carry so many values that wasmi needs memory out of proportion.
    #[must_use]
    pub const fn wasmi_faults(mut self) -> Self {
        self.wasmi_faults = true;
        self
    }

    /// Refuses a module that Cranelift would compile out of proportion: functions with more than 32 nested
    /// loops, with too many variables for their blocks, or with a high estimated cost.
    #[must_use]
    pub const fn cranelift_cost(mut self) -> Self {
        self.cranelift_cost = true;
        self
    }

    /// Adds a stack to the module that keeps at most `depth` calls, one in the other, which the engine reads
    /// after a trap: see [`shadow_stack`](crate::shadow_stack). `depth` is as many as the engine allows, so
    /// that a call beyond them traps.
    #[must_use]
    pub const fn shadow_stack(mut self, depth: u32) -> Self {
        self.shadow_stack = Some(depth);
        self
    }

    /// Leaves out the custom sections, except the names of functions: modules that differ only in what they say
    /// of themselves, such as their claims, become the same.
    #[must_use]
    pub const fn only_code(mut self) -> Self {
        self.only_code = true;
        self
    }

    /// Validates `wasm`, checks its size, and applies the passes.
    ///
    /// ```
    /// use capwire_wapc::CompileError;
    /// use capwire_wapc_rewrite::Plan;
    ///
    /// let many = wat::parse_str(format!("(module {})", "(func)".repeat(60_000)))?;
    /// let refused = Plan::new("my engine").apply(&many).unwrap_err();
    /// assert!(matches!(refused, CompileError::TooLarge { what: "functions", .. }));
    /// # Ok::<(), wat::Error>(())
    /// ```
    ///
    /// # Errors
    /// - [`CompileError::TooLarge`] if the module exceeds a limit: 50,000 functions, globals, exports and
    ///   element segments, 10,000 types and imports, 100,000 data segments, 100,000 elements in segments,
    ///   1 MiB of code and 49,000 locals in a function, 100 values that a function takes or returns, 100
    ///   instructions in a constant expression, and 10,000 behind the first one of each in those of a section.
    /// - [`CompileError::TooCostly`] if only this engine's compiler takes too long for it.
    /// - [`CompileError::Invalid`] if it is not valid, or exports a name that is reserved for the host.
    pub fn apply<'a>(&self, wasm: &'a [u8]) -> Result<Rewritten<'a>, CompileError> {
        let mut module = Module::read(wasm).map_err(|error| self.invalid(error))?;
        limits::check(&module)?;
        let changes = code::rewrite(&module, self).map_err(|error| self.invalid(error))?;
        changes
            .costs
            .check(self.engine, changes.lengths(&module).sum())?;
        let largest_function = changes.lengths(&module).max().unwrap_or_default();
        let has_code = !module.bodies.is_empty();
        let left_out = self.only_code && module.leave_out_custom_sections();
        let wasm = match changes.are_none() && !left_out {
            true => Cow::Borrowed(wasm),
            false => {
                Cow::Owned(writer::write(&module, changes).map_err(|error| self.invalid(error))?)
            }
        };
        Ok(Rewritten {
            wasm,
            largest_function,
            has_shadow_stack: has_code && self.shadow_stack.is_some(),
        })
    }

    fn invalid(&self, source: impl Into<Source>) -> CompileError {
        CompileError::Invalid {
            engine: self.engine,
            source: explained(source.into()),
        }
    }
}
