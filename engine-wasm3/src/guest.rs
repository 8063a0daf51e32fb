//! What the imports of one guest work on.

use crate::suspend::{Event, Signal};
use capwire_wapc::{Abort, Conversation, ProtocolError, ResourceLimits, World};
use capwire_wasi::Wasi;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

pub(crate) struct GuestState {
    pub(crate) conversation: Conversation,
    pub(crate) wasi: Wasi,
    /// Why the last import stopped the guest.
    pub(crate) halt: Option<Halt>,
    budget: Budget,
}

/// A `Vm` moves between threads and has this behind a pointer, where the compiler does not look.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<GuestState>();
};

/// What a guest may use.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Budget {
    /// Fuel of a slice.
    pub(crate) slice: i32,
    /// Bytes of call stack.
    pub(crate) stack: i32,
    pub(crate) fuel_per_millisecond: u32,
}

/// What an import did.
pub(crate) enum Served {
    /// It returns this, if it returns anything.
    Returned(Option<i32>),
    /// It has to wait, and returns this then unless it is answered.
    Event(Event, Option<i32>),
}

/// How a suspended import goes on.
pub(crate) struct Resumed {
    pub(crate) result: Option<i32>,
    pub(crate) refuels: bool,
}

/// Why an import stops the guest.
pub(crate) enum Halt {
    /// The guest broke the protocol.
    Protocol(ProtocolError),
    /// It called WASI's `proc_exit` with this code.
    Exit(u32),
    /// It called AssemblyScript's `abort`.
    Abort(Abort),
    /// Its driver has had enough of it.
    Stopped,
    /// Code of the host's panicked with this, to be continued on the host's stack.
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

    /// As much fuel as the guest could have used in this time.
    pub(crate) fn fuel(&self, time: Duration) -> i32 {
        let fuel = time.as_nanos() * u128::from(self.budget.fuel_per_millisecond) / 1_000_000;
        i32::try_from(fuel).unwrap_or(i32::MAX)
    }

    pub(crate) fn resume(&mut self, signal: Signal) -> Result<Resumed, Halt> {
        match signal {
            Signal::Reply(reply) => Ok(Resumed {
                result: Some(self.conversation.answer(reply)),
                refuels: false,
            }),
            Signal::Continue => Ok(Resumed {
                result: None,
                refuels: true,
            }),
            Signal::Stop => Err(Halt::Stopped),
        }
    }

    /// Prints what the guest began to print. For the end of each call, however it ended.
    pub(crate) fn flush(&mut self) {
        self.wasi.flush(&**self.conversation.world());
    }
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
