//! The state that one guest's imports use.

use crate::clock::{Clock, Deadline};
use crate::limiter::Limiter;
use crate::mailbox::Mailbox;
use capwire_wapc::{CallError, Conversation, Growth, ResourceLimits, World};
use capwire_wasi::Wasi;
use std::sync::Arc;
use wasmtime::Memory;

/// The state of one guest. `W` is [`Immediate`] for plain guests and [`Patient`] for suspendable ones.
pub(crate) struct State<W> {
    pub(crate) conversation: Conversation,
    pub(crate) wasi: Wasi,
    pub(crate) limiter: Limiter,
    /// The guest's memory, set after instantiation.
    pub(crate) memory: Option<Memory>,
    pub(crate) waits: W,
}

/// State of a plain guest only.
pub(crate) struct Immediate {
    pub(crate) clock: Arc<Clock>,
    /// The end of its slice.
    pub(crate) deadline: Deadline,
}

/// State of a suspendable guest only.
pub(crate) struct Patient {
    pub(crate) mailbox: Arc<Mailbox>,
    /// True from the end of a slice to the first interrupt point of the next one.
    pub(crate) slice_is_over: bool,
}

impl Patient {
    pub(crate) fn new(mailbox: Arc<Mailbox>) -> Self {
        Self {
            mailbox,
            slice_is_over: false,
        }
    }
}

impl<W> State<W> {
    pub(crate) fn new(limits: &ResourceLimits, world: Arc<dyn World>, waits: W) -> Self {
        Self {
            conversation: Conversation::new(world, limits),
            wasi: Wasi::default(),
            limiter: Limiter(Growth::new(limits)),
            memory: None,
            waits,
        }
    }

    /// Prints the guest's unfinished line. It runs at the end of each call, also of a failed one.
    pub(crate) fn flush(&mut self) {
        self.wasi.flush(&**self.conversation.world());
    }

    /// Ends the call or the start in which `error` stopped the guest's code. Returns the error with all
    /// that is known of it.
    pub(crate) fn fail(&mut self, error: CallError) -> CallError {
        let refused = self.limiter.0.refused();
        self.conversation.fail(error.after_refusal(refused))
    }
}
