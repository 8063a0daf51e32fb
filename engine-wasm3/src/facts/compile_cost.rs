//! Compile cost: the values that wasm3's compiler moves.
//!
//! For each branch, wasm3 emits an instruction for each value that the branch carries, and searches the
//! stack of values for a free place. So a branch of two bytes with a thousand values takes a million steps
//! and 24 KB of code: 84 KB of them took 18 seconds and half a gigabyte, for each instance.

use capwire_wapc::CompileError;
use wasmparser::{FuncValidator, ModuleArity, Operator, WasmModuleResources};

/// The steps of all instructions so far. A step takes a few nanoseconds.
#[derive(Default)]
pub(super) struct CompileCost(u64);

/// Steps to move a value to an empty stack.
const STEPS_PER_VALUE: u64 = 64;
/// The limit of steps. A megabyte of code from a compiler takes a hundredth of it.
const MOST_STEPS: u64 = 1 << 28;

impl CompileCost {
    /// Adds the steps of `operator`, which `validator` has not seen yet.
    pub(super) fn add<R: WasmModuleResources>(
        &mut self,
        validator: &FuncValidator<R>,
        operator: &Operator<'_>,
    ) {
        let height = u64::from(validator.operand_stack_height());
        let moved = moved(validator, operator).unwrap_or_default();
        let steps = height + moved.saturating_mul(height + STEPS_PER_VALUE);
        self.0 = self.0.saturating_add(steps);
    }

    /// # Errors
    /// If the module takes more steps than the limit.
    pub(super) fn check(&self) -> Result<(), CompileError> {
        let what = "steps for wasm3's compiler to move values between blocks";
        CompileError::check_cost(crate::NAME, what, self.0, MOST_STEPS)
    }
}

/// Returns the number of values that the operator moves, or `None` if it is invalid.
fn moved(module: &impl ModuleArity, operator: &Operator<'_>) -> Option<u64> {
    // The operands that stay where they are: conditions and indices.
    let kept = match operator {
        Operator::Br { .. }
        | Operator::Return
        | Operator::Else
        | Operator::End
        | Operator::Block { .. }
        | Operator::Loop { .. }
        | Operator::Call { .. } => 0,
        Operator::BrIf { .. }
        | Operator::BrTable { .. }
        | Operator::If { .. }
        | Operator::CallIndirect { .. } => 1,
        _ => return None,
    };
    let (taken, given) = operator.operator_arity(module)?;
    let moved = u64::from(taken).checked_sub(kept)?;
    Some(match operator {
        Operator::BrTable { targets } => (u64::from(targets.len()) + 1) * moved,
        Operator::Call { .. } | Operator::CallIndirect { .. } => moved + u64::from(given),
        _ => moved,
    })
}
