//! The resource limits of one instance.

use std::time::Duration;

/// Bytes in a WebAssembly page.
pub const PAGE_SIZE: u64 = 65_536;

/// The resource limits of one instance. An engine enforces every field, except those that its
/// [`Support`](crate::Support) excludes.
///
/// ```
/// use capwire_wapc::ResourceLimits;
///
/// let mut limits = ResourceLimits::default();
/// limits.memory_pages = 64; // 4 MiB
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResourceLimits {
    /// Size of linear memory, in pages of 64 KiB. A module whose initial memory is larger is refused.
    /// Growing memory beyond the limit fails: `memory.grow` returns -1.
    pub memory_pages: u32,
    /// Elements of all tables of the module together.
    pub table_elements: u32,
    /// Bytes of the guest's call stack.
    pub stack_bytes: usize,
    /// Bytes of a message: of a request, a response, and of the payload and the reply of a host
    /// call. A longer message is not copied. If it is the request or the response, the call fails. If
    /// it belongs to a host call, the guest gets an error as reply. The guest survives in each case.
    ///
    /// Copying a message cannot be interrupted, so a large one overruns the slice.
    pub message_bytes: usize,
    /// The time that a guest computes before the engine returns control to the host: CPU time, or an
    /// approximation of it. The host then decides whether the guest continues.
    ///
    /// A slice begins with a call, and when the guest continues after a slice. A host call does not
    /// begin one. Otherwise a guest that makes many host calls would never yield.
    pub slice: Duration,
}

impl Default for ResourceLimits {
    /// Returns 1,024 pages (64 MiB), 100,000 table elements, 512 KiB of stack, messages of 4 MiB and
    /// slices of 1 ms.
    fn default() -> Self {
        Self {
            memory_pages: 1_024,
            table_elements: 100_000,
            stack_bytes: 512 * 1024,
            message_bytes: 4 * 1024 * 1024,
            slice: Duration::from_millis(1),
        }
    }
}

impl ResourceLimits {
    /// Returns the maximum size of linear memory in bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        u64::from(self.memory_pages) * PAGE_SIZE
    }
}
