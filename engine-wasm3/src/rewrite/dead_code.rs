//! Finds unreachable code, which is removed: wasm3 miscounts operands in it, and therefore refuses valid
//! modules.

use wasmparser::Operator;

/// Follows the operators of a function.
#[derive(Default)]
pub(super) struct DeadCode {
    /// The number of blocks that are open inside dead code, or `None` if the last operator is reachable.
    open: Option<u32>,
}

impl DeadCode {
    /// Returns true if `operator` is unreachable.
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
