//! What one instance may use.

use std::time::Duration;

/// Bytes in a WebAssembly page.
pub const PAGE_SIZE: u64 = 65_536;

/// What one instance may use. Every engine enforces every field, or its
/// [`Support`](crate::Support) says which it cannot.
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
    /// Size of linear memory, in pages of 64 KiB. A module that starts with more is refused; one
    /// that asks for more is told that there is none.
    pub memory_pages: u32,
    /// Elements of all tables of the module together.
    pub table_elements: u32,
    /// Bytes of the guest's call stack.
    pub stack_bytes: usize,
    /// Bytes of a message: of a request, a response, and of the payload and the reply of a host
    /// call. A longer one is not copied. The call fails if it is the request or the response, and
    /// the guest is told so if it is of a host call; it survives all of them.
    ///
    /// To copy a message is one step, at whose end a slice may be over for long.
    pub message_bytes: usize,
    /// How long a guest computes before the engine gives control back to the host, in CPU time
    /// or a fair approximation of it. What then happens is the host's decision.
    ///
    /// A call begins a slice, and so does going on after one; a host call does not, or a guest
    /// that does little else would never give way.
    pub slice: Duration,
}

impl Default for ResourceLimits {
    /// 1,024 pages (64 MiB), 100,000 table elements, 512 KiB of stack, messages of 4 MiB, slices of 1 ms.
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
    /// Size of linear memory in bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        u64::from(self.memory_pages) * PAGE_SIZE
    }
}
