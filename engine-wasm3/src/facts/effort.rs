//! What wasm3's compiler does for a module, beside to read it.
//!
//! For each branch it writes an instruction for each value that the branch takes along, and looks for a
//! place of each among all values on the stack. So a thousand values make work of a million steps, and
//! 24 KB of code, of a branch that has two bytes in the file: 84 KB kept it for 18 seconds and took half
//! a gigabyte, for each instance.

use capwire_wapc::CompileError;
use wasmparser::{
    BlockType, CompositeInnerType, FrameKind, FuncType, FuncValidator, Operator,
    WasmModuleResources,
};

/// Steps of some nanoseconds at most.
#[derive(Default)]
pub(super) struct Effort(u64);

/// What it takes to move a value, however few there are.
const STEPS_PER_VALUE: u64 = 64;
/// Compilers of today's languages cause a hundredth of it for a megabyte of code.
const MOST_STEPS: u64 = 1 << 28;

impl Effort {
    /// Adds what `operator` takes, which is the next one that `validator` is to be shown.
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
    /// If it is more than wasm3 is asked for.
    pub(super) fn check(&self) -> Result<(), CompileError> {
        match self.0 <= MOST_STEPS {
            true => Ok(()),
            false => Err(CompileError::TooCostly {
                engine: crate::NAME,
                what: "steps for wasm3's compiler to move values between blocks",
                count: self.0,
                most: MOST_STEPS,
            }),
        }
    }
}

/// How many values the operator moves; none if it is not valid.
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

/// How many values a branch so far outwards takes along.
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
