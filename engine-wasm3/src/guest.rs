//! The state that one guest's imports use.

use crate::suspend::{Event, Signal};
use capwire_wapc::{Abort, Conversation, ProtocolError, ResourceLimits, World};
use capwire_wasi::Wasi;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

pub(crate) struct GuestState {
    pub(crate) conversation: Conversation,
    pub(crate) wasi: Wasi,
    /// The reason for which the last import stopped the guest.
    pub(crate) halt: Option<Halt>,
    budget: Budget,
}

/// Checks that the state is `Send`: a `Vm` moves between threads and holds it behind a raw pointer, which
/// the compiler does not check.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<GuestState>();
};

/// The fuel and the stack of a guest.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Budget {
    /// Fuel of a slice.
    pub(crate) slice: i32,
    /// Bytes of call stack.
    pub(crate) stack: i32,
    pub(crate) fuel_per_millisecond: u32,
}

/// The result of an import.
pub(crate) enum Served {
    /// The bits of the import's return value, if it has one.
    Returned(Option<u64>),
    /// The import has to wait. It returns this value afterwards, unless a reply gives another one.
    Event(Event, Option<u64>),
}

/// The input with which a suspended import continues.
pub(crate) struct Resumed {
    pub(crate) result: Option<u64>,
    pub(crate) refuels: bool,
}

/// The reason for which an import stops the guest.
pub(crate) enum Halt {
    /// The guest broke the protocol.
    Protocol(ProtocolError),
    /// The guest called WASI's `proc_exit` with this code.
    Exit(u32),
    /// The guest called AssemblyScript's `abort`.
    Abort(Abort),
    /// The guest's driver stopped it.
    Stopped,
    /// Code of the host panicked with this value. The panic resumes on the host's stack.
    Panicked(Box<dyn Any + Send>),
}

impl GuestState {
    pub(crate) fn new(world: Arc<dyn World>, limits: &ResourceLimits, budget: Budget) -> Self {
        Self {
            conversation: Conversation::new(world, limits),
            wasi: Wasi::default(),
            halt: None,
            budget,
        }
    }

    pub(crate) fn budget(&self) -> Budget {
        self.budget
    }

    /// Converts a time into units of fuel.
    pub(crate) fn fuel(&self, time: Duration) -> i32 {
        let fuel = time.as_nanos() * u128::from(self.budget.fuel_per_millisecond) / 1_000_000;
        i32::try_from(fuel).unwrap_or(i32::MAX)
    }

    pub(crate) fn resume(&mut self, signal: Signal) -> Result<Resumed, Halt> {
        match signal {
            Signal::Reply(reply) => Ok(Resumed {
                result: Some(word(self.conversation.answer(reply))),
                refuels: false,
            }),
            Signal::Wake => Ok(Resumed {
                result: None,
                refuels: false,
            }),
            Signal::Continue => Ok(Resumed {
                result: None,
                refuels: true,
            }),
            Signal::Stop => Err(Halt::Stopped),
        }
    }

    /// Prints the guest's unfinished line. It runs at the end of each call, also of a failed one.
    pub(crate) fn flush(&mut self) {
        self.wasi.flush(&**self.conversation.world());
    }
}

/// Returns the bits of an import's result.
pub(crate) fn word(result: i32) -> u64 {
    result.cast_unsigned().into()
}

impl Halt {
    pub(crate) fn unknown_import() -> Self {
        Self::Panicked(Box::new(
            "wasm3 called an import that the module does not have",
        ))
    }
}

impl From<ProtocolError> for Halt {
    fn from(error: ProtocolError) -> Self {
        Self::Protocol(error)
    }
}
