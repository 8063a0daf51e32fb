//! Limits a guest's memory and table elements.

use capwire_wapc::Growth;
use wasmi::ResourceLimiter;
use wasmi::errors::TableError;
use wasmi_core::LimiterError;

const PAGE_BYTES: usize = 65_536;

/// Lets the runtime ask [`Growth`].
pub(crate) struct Limiter(pub(crate) Growth);

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, LimiterError> {
        // Only the memory of `Backtrace` has a size that is not a multiple of a page.
        let is_ours = !desired.is_multiple_of(PAGE_BYTES);
        Ok(is_ours
            || self
                .0
                .memory(desired as u64, maximum.map(|bytes| bytes as u64)))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, LimiterError> {
        Ok(self.0.table(current as u64, desired as u64))
    }

    fn table_grow_failed(&mut self, error: &TableError) -> Result<(), LimiterError> {
        self.0.table_failed();
        match error {
            // wasmi would resume the guest at a wrong place after a `table.grow` that ran out of
            // fuel, so the guest traps instead.
            TableError::OutOfFuel { .. } => Err(LimiterError::ResourceLimiterDeniedAllocation),
            _ => Ok(()),
        }
    }

    fn instances(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        wasmi::StoreLimits::default().tables()
    }

    fn memories(&self) -> usize {
        2
    }
}
