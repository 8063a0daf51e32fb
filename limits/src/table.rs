//! The table: one entry for each limit.

use crate::limit::{DefaultValue, Row};
use crate::unit::Unit::{Bytes, Count, Time};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const MILLISECOND: u64 = 1_000;
const SECOND: u64 = 1_000 * MILLISECOND;

/// The maximum of a 32-bit count.
const COUNT_MOST: u64 = u32::MAX as u64;

/// Creates the type [`Limit`] from the table. The description of a limit is also its documentation.
macro_rules! limits {
    ($($(#[doc = $about:literal])* $name:ident: $row:expr,)*) => {
        /// A limit of an actor.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Limit {
            $($(#[doc = $about])* $name,)*
        }

        impl Limit {
            /// All limits, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub(crate) const fn row(self) -> Row {
                match self {
                    $(Self::$name => Row { about: concat!($($about),*).trim_ascii(), ..$row },)*
                }
            }
        }
    };
}

limits! {
    /// The linear memory of an instance, in whole pages of 64KiB.
    Memory: Row {
        multiple_of: 64 * KIB,
        ..Row::new("memory", "limits.memory_pages", Bytes, 64 * KIB..=4 * GIB, 64 * MIB)
    },
    /// The size of each message: a request, a response, a host call's payload or its reply.
    Message: Row::new("message", "limits.message_bytes", Bytes, 1..=4 * GIB, 4 * MIB),
    /// The number of elements in all tables of an instance.
    TableElements: Row::new("table_elements", "limits.table_elements", Count, 0..=COUNT_MOST, 100_000),
    /// The call stack of an instance.
    Stack: Row::new("stack", "limits.stack_bytes", Bytes, 16 * KIB..=8 * MIB, 512 * KIB),
    /// The CPU time that a guest may use before other guests get a turn. No time below may be shorter.
    Slice: Row::new("slice", "limits.slice", Time, 1..=u64::MAX, MILLISECOND),
    /// The CPU time of a call, and of the start functions. Waiting does not count.
    Cpu: Row::new("cpu", "cpu_budget", Time, 1..=u64::MAX, SECOND),
    /// The total time of a call, including waiting.
    Deadline: Row::new("deadline", "deadline", Time, 1..=u64::MAX, 30 * SECOND),
    /// The time to create an instance and run its start functions.
    StartDeadline: Row::new("start_deadline", "start_deadline", Time, 1..=u64::MAX, 5 * SECOND),
    /// The number of calls served at once, each by an instance with its own memory.
    Instances: Row {
        default: DefaultValue::Words("two per core"),
        ..Row::new("instances", "instances", Count, 1..=COUNT_MOST, 0)
    },
    /// The number of calls after which an instance is replaced. With 1, each call gets a new instance.
    CallsPerInstance: Row {
        default: DefaultValue::Words("never"),
        ..Row::new("calls_per_instance", "calls_per_instance", Count, 1..=u64::MAX, 0)
    },
    /// The number of calls that may wait for an instance. When it is full, HTTP clients get a 503.
    Queue: Row::new("queue", "queue", Count, 0..=COUNT_MOST, 1_024),
}
