//! The one place where a guest's pointer becomes a range of bytes.

use crate::errno::Errno;
use std::ops::Range;

/// A guest's memory.
pub(crate) struct Memory<'m>(&'m mut [u8]);

impl<'m> Memory<'m> {
    pub(crate) fn new(bytes: &'m mut [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self, pointer: u32, length: u32) -> Result<&[u8], Errno> {
        self.0.get(range(pointer, length)).ok_or(Errno::Fault)
    }

    pub(crate) fn bytes_mut(&mut self, pointer: u32, length: u32) -> Result<&mut [u8], Errno> {
        self.0.get_mut(range(pointer, length)).ok_or(Errno::Fault)
    }

    pub(crate) fn read<const N: usize>(&self, pointer: u32) -> Result<[u8; N], Errno> {
        self.0
            .get(pointer as usize..)
            .and_then(|bytes| bytes.first_chunk())
            .copied()
            .ok_or(Errno::Fault)
    }

    pub(crate) fn write(&mut self, pointer: u32, data: &[u8]) -> Result<(), Errno> {
        self.0
            .get_mut(pointer as usize..)
            .and_then(|bytes| bytes.get_mut(..data.len()))
            .ok_or(Errno::Fault)?
            .copy_from_slice(data);
        Ok(())
    }
}

/// Saturating, so that an overflow is out of bounds too.
fn range(pointer: u32, length: u32) -> Range<usize> {
    let start = pointer as usize;
    start..start.saturating_add(length as usize)
}
