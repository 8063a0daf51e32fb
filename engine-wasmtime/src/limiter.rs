//! Limits a guest's memory and table elements.

use capwire_wapc::{Growth, LimitError, ResourceLimits};
use wasmtime::{Error, ResourceLimiter, Result};

pub(crate) struct Limiter(Growth);

impl Limiter {
    pub(crate) fn new(limits: &ResourceLimits) -> Self {
        Self(Growth::new(limits))
    }

    /// See [`Growth::begin_call`].
    pub(crate) fn begin_call(&mut self) {
        self.0.begin_call();
    }

    /// See [`Growth::refused`].
    pub(crate) fn refused(&self) -> Option<LimitError> {
        self.0.refused()
    }
}

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
