//! The passes: each sees every operator of a module once, and may edit the function before it.

mod accesses;
pub(crate) mod branch_values;
pub(crate) mod bulk;
pub(crate) mod growth;
mod interrupt_points;
pub mod shadow_stack;
mod wasmi_faults;

use crate::additions::Additions;
use crate::editor::Editor;
use crate::opcodes::{BLOCK, BR_IF, IF, MEMORY_GROW, PREFIX, SELECT, TYPED_SELECT};
use crate::plan::Plan;
use crate::step::Step;
use branch_values::BranchValues;
use bulk::Bulk;
use growth::Growth;
use interrupt_points::InterruptPoints;
use shadow_stack::ShadowStack;
use wasmparser::ValidatorResources;

/// The passes of a plan over one module.
pub(crate) struct Passes<'p> {
    additions: &'p mut Additions,
    shadow_stack: Option<ShadowStack>,
    bulk: Option<Bulk>,
    interrupt_points: Option<InterruptPoints>,
    growth: Option<Growth>,
    wasmi_faults: bool,
    branch_values: BranchValues,
}

impl<'p> Passes<'p> {
    /// Passes over a module that has so many functions which are not imported.
    pub(crate) fn new(plan: &Plan, additions: &'p mut Additions, own: usize) -> Self {
        let own = u32::try_from(own).unwrap_or(u32::MAX);
        let imported = additions.first_function().saturating_sub(own);
        let depth = plan.shadow_stack;
        let bulk = Bulk::new(plan.wasmi_faults);
        Self {
            shadow_stack: depth
                .filter(|_| own > 0)
                .map(|depth| ShadowStack::add(depth, imported, additions)),
            bulk: plan.bounded_bulk.then_some(bulk),
            interrupt_points: plan
                .interrupt_points
                .then(|| InterruptPoints::new(imported)),
            growth: plan.bounded_growth.then(Growth::default),
            wasmi_faults: plan.wasmi_faults,
            branch_values: BranchValues::default(),
            additions,
        }
    }

    /// Begins the function of this index.
    pub(crate) fn begin(
        &mut self,
        function: u32,
        module: &ValidatorResources,
        editor: &mut Editor<'_>,
    ) {
        self.branch_values.begin(editor.body().len());
        if let Some(pass) = &mut self.shadow_stack {
            pass.begin(function, editor);
        }
        if let Some(pass) = &mut self.bulk {
            pass.begin();
        }
        if let Some(pass) = &mut self.interrupt_points {
            pass.begin(module, editor);
        }
    }

    /// The counts for wasmi.
    pub(crate) fn branch_values(&self) -> BranchValues {
        self.branch_values
    }

    /// False for most operators, which no pass has to do with: a quick test, since modules have many.
    #[inline]
    pub(crate) fn concerns(&self, opcode: u8) -> bool {
        match opcode {
            BLOCK..=IF | BR_IF | SELECT | TYPED_SELECT | MEMORY_GROW | PREFIX => true,
            // Accesses to memory need interrupt points, and the shadow stack what follows a call.
            _ => self.interrupt_points.is_some() || self.shadow_stack.is_some(),
        }
    }

    /// Passes an operator. Edits before it follow one another in this order.
    pub(crate) fn step(&mut self, step: &Step<'_, '_>, editor: &mut Editor<'_>) {
        if let Some(pass) = &self.shadow_stack {
            pass.step(step, editor);
        }
        if let Some(pass) = &mut self.bulk {
            pass.step(step, editor, self.additions);
        }
        if let Some(pass) = &mut self.interrupt_points {
            pass.step(step, editor, self.additions);
        }
        if self.wasmi_faults {
            wasmi_faults::step(step, editor);
            self.branch_values.step(step);
        }
        if let Some(pass) = &mut self.growth {
            pass.step(step, editor, self.additions);
        }
    }
}
