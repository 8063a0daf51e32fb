//! Limits a guest's memory and table elements.

use capwire_wapc::Growth;
use wasmtime::{Error, ResourceLimiter, Result};

/// Lets the runtime ask [`Growth`].
pub(crate) struct Limiter(pub(crate) Growth);

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        Ok(self
            .0
            .memory(desired as u64, maximum.map(|bytes| bytes as u64)))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool> {
        Ok(self.0.table(current as u64, desired as u64))
    }

    fn table_grow_failed(&mut self, _error: Error) -> Result<()> {
        self.0.table_failed();
        Ok(())
    }

    fn instances(&self) -> usize {
        1
    }

    fn memories(&self) -> usize {
        1
    }
}
