//! The passes: each sees every operator of a module once, and may edit the function before it.

mod accesses;
pub(crate) mod branch_values;
pub(crate) mod bulk;
mod cranelift_cost;
pub(crate) mod growth;
mod interrupt_points;
pub mod shadow_stack;
mod wasmi_faults;

use crate::additions::Additions;
use crate::editor::Editor;
use crate::opcodes::{BLOCK, BR_IF, IF, MEMORY_GROW, PREFIX, SELECT, TYPED_SELECT};
use crate::plan::Plan;
use crate::step::{Step, block};
use branch_values::BranchValues;
use bulk::Bulk;
use capwire_wapc::CompileError;
use cranelift_cost::CraneliftCost;
use growth::Growth;
use interrupt_points::InterruptPoints;
use shadow_stack::ShadowStack;
use wasmparser::{FuncValidator, ValidatorResources};

/// The passes of a plan over one module.
pub(crate) struct Passes<'p> {
    additions: &'p mut Additions,
    shadow_stack: Option<ShadowStack>,
    bulk: Option<Bulk>,
    interrupt_points: Option<InterruptPoints>,
    growth: Option<Growth>,
    wasmi_faults: bool,
    costs: Costs,
}

/// Compile costs, each as far as the plan asks for it.
#[derive(Debug, Default)]
pub(crate) struct Costs {
    branch_values: Option<BranchValues>,
    cranelift: Option<CraneliftCost>,
}

impl Costs {
    fn of(plan: &Plan) -> Self {
        Self {
            branch_values: plan.wasmi_faults.then(BranchValues::default),
            cranelift: plan.cranelift_cost.then(CraneliftCost::default),
        }
    }

    /// Checks the costs of a module whose functions have so many bytes as they are compiled.
    ///
    /// # Errors
    /// If a compiler would take too long.
    pub(crate) fn check(&self, engine: &'static str, bytes: u64) -> Result<(), CompileError> {
        if let Some(cost) = &self.branch_values {
            cost.check(engine, bytes)?;
        }
        if let Some(cost) = &self.cranelift {
            cost.check(engine, bytes)?;
        }
        Ok(())
    }
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
            costs: Costs::of(plan),
            additions,
        }
    }

    /// Begins a function.
    pub(crate) fn begin(
        &mut self,
        validator: &FuncValidator<ValidatorResources>,
        editor: &mut Editor<'_>,
    ) {
        if let Some(pass) = &mut self.shadow_stack {
            pass.begin(validator.index(), editor);
        }
        if let Some(pass) = &mut self.bulk {
            pass.begin();
        }
        if let Some(pass) = &mut self.interrupt_points {
            pass.begin(validator.resources(), editor);
        }
        if let Some(cost) = &mut self.costs.cranelift {
            cost.begin(block(validator, 0));
        }
    }

    /// The compile costs of the functions so far.
    pub(crate) fn costs(self) -> Costs {
        self.costs
    }

    /// False for most operators, which no pass has to do with: a quick test, since modules have many.
    #[inline]
    pub(crate) fn concerns(&self, opcode: u8) -> bool {
        match opcode {
            BLOCK..=IF | BR_IF | SELECT | TYPED_SELECT | MEMORY_GROW | PREFIX => true,
            // Accesses to memory need interrupt points, the shadow stack what follows a call, and
            // Cranelift's cost depends on locals.
            _ => {
                self.interrupt_points.is_some()
                    || self.shadow_stack.is_some()
                    || self.costs.cranelift.is_some()
            }
        }
    }

    /// Passes an operator. Edits before it follow one another in this order.
    pub(crate) fn step(&mut self, step: &Step<'_, '_>, editor: &mut Editor<'_>) {
        if let Some(pass) = &self.shadow_stack {
            pass.step(step, editor);
        }
        let bulk = self.bulk.as_mut();
        let in_pieces = bulk.and_then(|pass| pass.step(step, editor, self.additions));
        if let Some(pass) = &mut self.interrupt_points {
            pass.step(step, editor, self.additions);
        }
        if self.wasmi_faults {
            wasmi_faults::step(step, editor);
        }
        if let Some(pass) = &mut self.growth {
            pass.step(step, editor, self.additions);
        }
        if let Some(cost) = &mut self.costs.branch_values {
            cost.step(step);
        }
        if let Some(cost) = &mut self.costs.cranelift {
            cost.step(step, editor, in_pieces);
        }
    }
}
