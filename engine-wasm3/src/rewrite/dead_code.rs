//! Code that cannot be reached, which wasm3 is spared: it miscounts operands there, and refuses
//! valid modules for it.

use wasmparser::Operator;

/// Follows a function, operator by operator.
#[derive(Default)]
pub(super) struct DeadCode {
    /// How many blocks are open in the dead code, if the last operator is in some.
    open: Option<u32>,
}

impl DeadCode {
    /// Whether `operator` is not reached.
    pub(super) fn skips(&mut self, operator: &Operator<'_>) -> bool {
        let Some(open) = self.open else {
            self.open = never_returns(operator).then_some(0);
            return false;
        };
        self.open = match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => Some(open + 1),
            Operator::Else if open == 0 => None,
            Operator::End => open.checked_sub(1),
            _ => Some(open),
        };
        self.open.is_some()
    }
}

fn never_returns(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Unreachable | Operator::Return | Operator::Br { .. } | Operator::BrTable { .. }
    )
}
