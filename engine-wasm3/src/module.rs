//! A compiled module, which creates instances.

use crate::code::{Code, Gauge, clamped};
use crate::fault;
use crate::guest::{Budget, GuestState};
use crate::plain::Plain;
use crate::stacks::Stacks;
use crate::suspendable::Suspendable;
use crate::vm::Vm;
use capwire_wapc::{Module, PlainInstance, ResourceLimits, StartError, SuspendableInstance, World};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub(crate) struct Wasm3Module {
    pub(crate) code: Arc<Code>,
    pub(crate) stacks: Arc<Stacks>,
    pub(crate) fuel_per_millisecond: u32,
}

/// Additional bytes of wasm3's stack for values. With them, the guest's gauge ends before that stack does.
const SPARE_STACK_BYTES: u32 = 256 * 1024;
/// Maximum stack size in bytes. Higher limits count as this one, since the C stack is not larger, see [`Stacks`].
pub(crate) const MOST_STACK_BYTES: usize = 8 * 1024 * 1024;

impl Wasm3Module {
    fn instantiate(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Suspendable, StartError> {
        let pages = self.code.pages(limits)?;
        let elements = self.code.elements(limits)?;
        let budget = self.budget(limits);
        let guest = GuestState::new(world, limits, budget);
        let value_bytes = budget.stack.unsigned_abs() + SPARE_STACK_BYTES;
        let load = || Vm::load(&self.code, value_bytes, guest);
        let vm = self.stacks.on_one(load).map_err(fault::no_room)?;
        let mut vm = vm.map_err(fault::start_error)?;
        vm.set_gauge(Gauge::Pages, pages);
        vm.set_gauge(Gauge::Elements, elements);
        Ok(Suspendable::new(Box::new(vm), Arc::clone(&self.stacks)))
    }

    fn budget(&self, limits: &ResourceLimits) -> Budget {
        Budget {
            slice: self.slice(limits.slice),
            stack: clamped(limits.stack_bytes.min(MOST_STACK_BYTES) as u64),
            fuel_per_millisecond: self.fuel_per_millisecond,
        }
    }

    /// Converts a slice into units of fuel.
    fn slice(&self, slice: Duration) -> i32 {
        let fuel = slice.as_nanos() * u128::from(self.fuel_per_millisecond) / 1_000_000;
        i32::try_from(fuel).unwrap_or(i32::MAX).max(1)
    }
}

impl Module for Wasm3Module {
    fn plain(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn PlainInstance>, StartError> {
        let instance = self.instantiate(limits, world)?;
        Ok(Box::new(Plain::new(instance)))
    }

    fn suspendable(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn SuspendableInstance>, StartError> {
        let instance = self.instantiate(limits, world)?;
        Ok(Box::new(instance))
    }
}

impl fmt::Debug for Wasm3Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wasm3Module").finish_non_exhaustive()
    }
}
