//! Converts guests' pointers to ranges of bytes; no other file of this crate does.

use crate::errno::Errno;
use std::cell::Cell;
use std::ops::Range;

/// A guest's memory, and the number of bytes that were read and written.
pub(crate) struct Memory<'m> {
    bytes: &'m mut [u8],
    used: Cell<u64>,
}

impl<'m> Memory<'m> {
    pub(crate) fn new(bytes: &'m mut [u8]) -> Self {
        let used = Cell::new(0);
        Self { bytes, used }
    }

    pub(crate) fn used(&self) -> u64 {
        self.used.get()
    }

    pub(crate) fn bytes(&self, pointer: u32, length: u32) -> Result<&[u8], Errno> {
        let bytes = self.bytes.get(range(pointer, length));
        self.charge(u64::from(length));
        bytes.ok_or(Errno::Fault)
    }

    pub(crate) fn bytes_mut(&mut self, pointer: u32, length: u32) -> Result<&mut [u8], Errno> {
        self.charge(u64::from(length));
        let bytes = self.bytes.get_mut(range(pointer, length));
        bytes.ok_or(Errno::Fault)
    }

    pub(crate) fn read<const N: usize>(&self, pointer: u32) -> Result<[u8; N], Errno> {
        self.charge(N as u64);
        self.bytes
            .get(pointer as usize..)
            .and_then(|bytes| bytes.first_chunk())
            .copied()
            .ok_or(Errno::Fault)
    }

    pub(crate) fn write(&mut self, pointer: u32, data: &[u8]) -> Result<(), Errno> {
        self.charge(data.len() as u64);
        self.bytes
            .get_mut(pointer as usize..)
            .and_then(|bytes| bytes.get_mut(..data.len()))
            .ok_or(Errno::Fault)?
            .copy_from_slice(data);
        Ok(())
    }

    /// Counts work that costs as much as `bytes` of memory access.
    pub(crate) fn charge(&self, bytes: u64) {
        self.used.set(self.used.get().saturating_add(bytes));
    }
}

/// Returns the range of a span. The sum saturates, so an overflow is out of bounds, too.
fn range(pointer: u32, length: u32) -> Range<usize> {
    let start = pointer as usize;
    start..start.saturating_add(length as usize)
}
