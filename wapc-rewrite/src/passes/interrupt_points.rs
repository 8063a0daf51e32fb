//! Interrupt points in straight code, for engines that stop a guest only where functions and rounds of
//! loops begin.
//!
//! Between two of these a guest may call its host or fill its tables a hundred thousand times, or touch new
//! memory. So an empty function is called before each call that may be of an import, before each
//! instruction that moves many bytes or elements or makes more of them, and between a thousand accesses to
//! memory that follow one another. (An empty loop runs faster, but Cranelift takes time for the square of the number
//! of loops.)

use super::accesses::Accesses;
use crate::additions::{Additions, Helper};
use crate::editor::Editor;
use crate::opcodes::{CALL, CALL_INDIRECT, FIRST_BULK, MEMORY_GROW, PREFIX};
use crate::step::Step;
use wasmparser::{ValidatorResources, WasmModuleResources};

/// Calls an empty function before operators that may take long.
pub(crate) struct InterruptPoints {
    /// How many functions are imported.
    imported: u32,
    /// True if code can get a reference to an imported function, and so call it through a table. Known
    /// when the code begins.
    imports_are_values: Option<bool>,
    /// In the current function, if it is long enough for a thousand of them.
    accesses: Option<Accesses>,
}

impl InterruptPoints {
    pub(crate) fn new(imported: u32) -> Self {
        Self {
            imported,
            imports_are_values: None,
            accesses: None,
        }
    }

    pub(crate) fn begin(&mut self, module: &ValidatorResources, editor: &Editor<'_>) {
        let imported = self.imported;
        self.imports_are_values.get_or_insert_with(|| {
            (0..imported).any(|function| module.is_function_referenced(function))
        });
        self.accesses = Accesses::in_function(editor.body().len());
    }

    pub(crate) fn step(
        &mut self,
        step: &Step<'_, '_>,
        editor: &mut Editor<'_>,
        additions: &mut Additions,
    ) {
        let mut is_needed = self.is_long(step);
        if let Some(accesses) = &mut self.accesses {
            if is_needed {
                accesses.interrupted();
            }
            is_needed |= accesses.pass(step);
        }
        if is_needed {
            let interrupt_point = additions.helper(Helper::InterruptPoint);
            editor.before(step.place).call(interrupt_point);
        }
    }

    fn is_long(&self, step: &Step<'_, '_>) -> bool {
        match step.opcode {
            CALL => step.number() < self.imported,
            // Functions that are not imported begin with an interrupt point.
            CALL_INDIRECT => self.imports_are_values != Some(false),
            MEMORY_GROW => true,
            PREFIX => step.number() >= FIRST_BULK,
            _ => false,
        }
    }
}
