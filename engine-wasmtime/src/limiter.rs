//! How much memory and how many table elements a guest gets.

use capwire_wapc::{LimitError, Limits};
use std::mem;
use wasmtime::{Error, ResourceLimiter, Result};

pub(crate) struct Limiter {
    memory_bytes: u64,
    memory_pages: u32,
    table_elements: u32,
    /// Elements of all tables together, and by how many they grew last.
    elements: usize,
    growth: usize,
    refused: Option<LimitError>,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory_bytes: limits.memory_bytes(),
            memory_pages: limits.memory_pages,
            table_elements: limits.table_elements,
            elements: 0,
            growth: 0,
            refused: None,
        }
    }

    /// The limit on which the guest's last wish for more failed. While a guest is instantiated,
    /// a failed wish is the end of it; later it is an answer that the guest can live with.
    pub(crate) fn refused(&self) -> Option<LimitError> {
        self.refused
    }

    fn refuse(&mut self, limit: LimitError) -> Result<bool> {
        self.refused = Some(limit);
        Ok(false)
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool> {
        if desired as u64 > self.memory_bytes {
            return self.refuse(LimitError::Memory {
                pages: self.memory_pages,
            });
        }
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool> {
        let growth = desired.saturating_sub(current);
        let elements = self.elements.saturating_add(growth);
        if elements as u64 > u64::from(self.table_elements) {
            return self.refuse(LimitError::Table {
                elements: self.table_elements,
            });
        }
        self.elements = elements;
        self.growth = growth;
        Ok(true)
    }

    fn table_grow_failed(&mut self, _error: Error) -> Result<()> {
        self.elements = self.elements.saturating_sub(mem::take(&mut self.growth));
        Ok(())
    }

    fn instances(&self) -> usize {
        1
    }

    fn memories(&self) -> usize {
        1
    }
}
