//! Compile cost for wasmi: the number of values that conditional branches carry.
//!
//! wasmi's translation takes time and memory in proportion to the module's size, with one exception: it
//! emits an instruction for each value that a conditional branch carries, and the branch may have four
//! bytes in the file. A megabyte of branches with a hundred values took 800 MB.

use crate::opcodes::BR_IF;
use crate::step::Step;
use capwire_wapc::CompileError;

/// Values that the branches of any module may carry. Each takes 32 bytes.
const MOST_VALUES: u64 = 50_000;
/// Values that they may carry beside these, for each byte of code. Compilers emit next to none.
const MOST_VALUES_PER_BYTE: u64 = 1;

/// The values of a module.
#[derive(Debug, Default)]
pub(crate) struct BranchValues(u64);

impl BranchValues {
    pub(crate) fn step(&mut self, step: &Step<'_, '_>) {
        if step.opcode == BR_IF {
            self.0 += step.block(step.number()).carried();
        }
    }

    /// # Errors
    /// If they are out of proportion to the bytes of code.
    pub(crate) fn check(&self, engine: &'static str, bytes: u64) -> Result<(), CompileError> {
        let most = MOST_VALUES + MOST_VALUES_PER_BYTE * bytes;
        let what = "values carried by conditional branches";
        CompileError::check_cost(engine, what, self.0, most)
    }
}
