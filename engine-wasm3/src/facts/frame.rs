//! Estimates the call stack that a function takes.

use super::compile_cost::CompileCost;
use crate::code::clamped;
use wasmparser::{
    BinaryReaderError, FuncValidator, FunctionBody, Operator, OperatorsReader, WasmModuleResources,
};

/// The counts that determine a call's share of wasm3's two stacks, one for values and the C stack.
pub(super) struct Frame {
    /// The number of parameters and locals, plus the maximum number of operands at a time.
    values: u64,
    constants: u64,
    loops: u64,
}

const VALUE_BYTES: u64 = 8;
/// Maximum number of constants that wasm3 copies to each frame.
const MOST_CONSTANTS: u64 = 120;
/// Bytes of the C stack for a call, and for each loop in it, whose C frame stays until the function
/// returns. Both are about twice the measured use of an optimised build on x86-64.
const CALL_BYTES: u64 = 192;
const LOOP_BYTES: u64 = 96;

impl Frame {
    /// Validates `body`, measures its frame, and adds its compile cost to `cost`.
    pub(super) fn measure<R: WasmModuleResources>(
        validator: &mut FuncValidator<R>,
        body: &FunctionBody<'_>,
        cost: &mut CompileCost,
    ) -> Result<Self, BinaryReaderError> {
        let mut reader = body.get_binary_reader();
        validator.read_locals(&mut reader)?;
        let mut frame = Self {
            values: 0,
            constants: 0,
            loops: 0,
        };
        let mut operators = OperatorsReader::new(reader);
        while !operators.eof() {
            let offset = operators.original_position();
            let operator = operators.read()?;
            frame.add(&operator);
            cost.add(validator, &operator);
            validator.op(offset, &operator)?;
            frame.values = frame.values.max(validator.operand_stack_height().into());
        }
        operators.finish()?;
        frame.values += u64::from(validator.len_locals());
        Ok(frame)
    }

    pub(super) fn bytes(&self) -> i32 {
        let values = self.values + self.constants.min(MOST_CONSTANTS);
        clamped(VALUE_BYTES * values + CALL_BYTES + LOOP_BYTES * self.loops)
    }

    fn add(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::Loop { .. } => self.loops += 1,
            Operator::I32Const { .. }
            | Operator::I64Const { .. }
            | Operator::F32Const { .. }
            | Operator::F64Const { .. } => self.constants += 1,
            _ => {}
        }
    }
}
