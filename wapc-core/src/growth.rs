//! Decides whether an instance's memory and tables may grow.

use crate::error::LimitError;
use crate::limits::ResourceLimits;
use std::mem;

/// Tracks the memory and table sizes of one instance, for engines whose runtime asks before they grow.
///
/// ```
/// use capwire_wapc::{Growth, LimitError, ResourceLimits, PAGE_SIZE};
///
/// let mut limits = ResourceLimits::default();
/// limits.memory_pages = 2;
/// let mut growth = Growth::new(&limits);
/// assert!(growth.memory(2 * PAGE_SIZE, None));
/// assert!(!growth.memory(3 * PAGE_SIZE, None));
/// assert_eq!(growth.refused(), Some(LimitError::Memory { pages: 2 }));
/// ```
#[derive(Debug)]
pub struct Growth {
    memory_bytes: u64,
    memory_pages: u32,
    table_elements: u32,
    /// The elements of all tables together; `last` is their last growth.
    elements: u64,
    last: u64,
    refused: Option<LimitError>,
}

impl Growth {
    /// Returns the state of a new instance without memory and tables.
    #[must_use]
    pub fn new(limits: &ResourceLimits) -> Self {
        Self {
            memory_bytes: limits.memory_bytes(),
            memory_pages: limits.memory_pages,
            table_elements: limits.table_elements,
            elements: 0,
            last: 0,
            refused: None,
        }
    }

    /// Returns true if linear memory may have `bytes` in all. The memory's own `maximum` in bytes is the
    /// cause of a refusal if it is less than the limit.
    pub fn memory(&mut self, bytes: u64, maximum: Option<u64>) -> bool {
        let fits = bytes <= self.memory_bytes;
        if !fits && maximum.is_none_or(|maximum| maximum >= self.memory_bytes) {
            let pages = self.memory_pages;
            self.refused = Some(LimitError::Memory { pages });
        }
        fits
    }

    /// Returns true if a table of `current` elements may have `desired`. The limit holds for all tables
    /// together.
    pub fn table(&mut self, current: u64, desired: u64) -> bool {
        let growth = desired.saturating_sub(current);
        let elements = self.elements.saturating_add(growth);
        let fits = elements <= u64::from(self.table_elements);
        if fits {
            self.elements = elements;
            self.last = growth;
        } else {
            let elements = self.table_elements;
            self.refused = Some(LimitError::Table { elements });
        }
        fits
    }

    /// Undoes the last growth of a table that was allowed, but failed in the engine.
    pub fn table_failed(&mut self) {
        self.elements = self.elements.saturating_sub(mem::take(&mut self.last));
    }

    /// Forgets the refusals of earlier calls.
    pub fn begin_call(&mut self) {
        self.refused = None;
    }

    /// Returns the limit that refused the last failed growth. During instantiation, a refusal is an
    /// error. Later, the guest gets -1 from `memory.grow` or `table.grow` and continues.
    #[must_use]
    pub fn refused(&self) -> Option<LimitError> {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::Growth;
    use crate::{LimitError, ResourceLimits};

    fn growth(table_elements: u32) -> Growth {
        let limits = ResourceLimits {
            table_elements,
            ..ResourceLimits::default()
        };
        Growth::new(&limits)
    }

    #[test]
    fn tables_share_one_limit() {
        let mut growth = growth(10);
        assert!(growth.table(0, 6));
        assert!(growth.table(0, 4));
        assert!(!growth.table(6, 7));
        assert_eq!(growth.refused(), Some(LimitError::Table { elements: 10 }));
    }

    #[test]
    fn a_growth_that_failed_takes_nothing() {
        let mut growth = growth(10);
        assert!(growth.table(0, 10));
        growth.table_failed();
        assert!(growth.table(0, 10));
        growth.table_failed();
        growth.table_failed();
        assert!(!growth.table(0, 11));
    }
}
