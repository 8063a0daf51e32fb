//! Compile cost: the values that wasm3's compiler moves.
//!
//! For each branch, wasm3 emits an instruction for each value that the branch carries, and searches the
//! stack of values for a free place. So a branch of two bytes with a thousand values takes a million steps
//! and 24 KB of code: 84 KB of them took 18 seconds and half a gigabyte, for each instance.

use capwire_wapc::CompileError;
use wasmparser::{
    BlockType, CompositeInnerType, FrameKind, FuncType, FuncValidator, Operator,
    WasmModuleResources,
};

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
fn moved<R: WasmModuleResources>(
    validator: &FuncValidator<R>,
    operator: &Operator<'_>,
) -> Option<u64> {
    let resources = validator.resources();
    match operator {
        Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
            label(validator, *relative_depth)
        }
        Operator::BrTable { targets } => {
            let branches = u64::from(targets.len()) + 1;
            Some(branches * label(validator, targets.default())?)
        }
        Operator::Return => label(validator, validator.control_stack_height().checked_sub(1)?),
        Operator::Else | Operator::End => {
            let block = validator.get_control_frame(0)?;
            results(resources, block.block_type)
        }
        Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
            parameters(resources, *blockty)
        }
        Operator::Call { function_index } => both(
            resources,
            resources.type_index_of_function(*function_index)?,
        ),
        Operator::CallIndirect { type_index, .. } => both(resources, *type_index),
        _ => None,
    }
}

/// Returns the number of values that a branch to the block at this depth carries.
fn label<R: WasmModuleResources>(validator: &FuncValidator<R>, depth: u32) -> Option<u64> {
    let block = validator.get_control_frame(depth as usize)?;
    match block.kind {
        FrameKind::Loop => parameters(validator.resources(), block.block_type),
        _ => results(validator.resources(), block.block_type),
    }
}

fn parameters(resources: &impl WasmModuleResources, ty: BlockType) -> Option<u64> {
    match ty {
        BlockType::Empty | BlockType::Type(_) => None,
        BlockType::FuncType(index) => Some(function(resources, index)?.params().len() as u64),
    }
}

fn results(resources: &impl WasmModuleResources, ty: BlockType) -> Option<u64> {
    match ty {
        BlockType::Empty => None,
        BlockType::Type(_) => Some(1),
        BlockType::FuncType(index) => Some(function(resources, index)?.results().len() as u64),
    }
}

fn both(resources: &impl WasmModuleResources, index: u32) -> Option<u64> {
    let ty = function(resources, index)?;
    Some((ty.params().len() + ty.results().len()) as u64)
}

fn function(resources: &impl WasmModuleResources, index: u32) -> Option<&FuncType> {
    match &resources.sub_type_at(index)?.composite_type.inner {
        CompositeInnerType::Func(ty) => Some(ty),
        _ => None,
    }
}
