//! Identifiers of traces and spans.

use std::cell::RefCell;
use std::fmt;
use std::num::{NonZeroU64, NonZeroU128};

/// The identifier of a trace.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId(pub(super) NonZeroU128);

/// The identifier of a span.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpanId(pub(super) NonZeroU64);

impl TraceId {
    pub(super) fn random() -> Self {
        let id = u128::from_ne_bytes(random());
        Self(NonZeroU128::new(id).unwrap_or(NonZeroU128::MIN))
    }
}

impl SpanId {
    pub(super) fn random() -> Self {
        let id = u64::from_ne_bytes(random());
        Self(NonZeroU64::new(id).unwrap_or(NonZeroU64::MIN))
    }
}

/// Writes 32 hexadecimal digits.
impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Writes 16 hexadecimal digits.
impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The number of bytes that are read from the operating system at once. Each read is a system call,
/// which takes longer than the rest of a short call.
const STOCK: usize = 512;

/// Random bytes that have not been used yet.
struct Stock {
    bytes: [u8; STOCK],
    used: usize,
}

thread_local! {
    static RANDOM: RefCell<Stock> = const {
        RefCell::new(Stock { bytes: [0; STOCK], used: STOCK })
    };
}

fn random<const N: usize>() -> [u8; N] {
    RANDOM.with_borrow_mut(Stock::take)
}

impl Stock {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        if STOCK - self.used < N {
            self.fill();
        }
        let rest = self.bytes.get(self.used..).unwrap_or_default();
        let taken = rest.first_chunk().copied().unwrap_or([0; N]);
        self.used += N;
        taken
    }

    fn fill(&mut self) {
        if getrandom::fill(&mut self.bytes).is_err() {
            // Traces that run together are better than calls that fail.
            self.bytes.fill(0);
        }
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{SpanId, TraceId};
    use std::collections::HashSet;

    #[test]
    fn no_identifier_comes_twice() {
        let spans: HashSet<_> = (0..1_000).map(|_| SpanId::random()).collect();
        let traces: HashSet<_> = (0..1_000).map(|_| TraceId::random()).collect();
        assert_eq!((spans.len(), traces.len()), (1_000, 1_000));
    }
}
