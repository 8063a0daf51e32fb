//! What the imports of one guest work on.

use crate::clock::{Clock, Deadline};
use crate::limiter::Limiter;
use crate::mailbox::Mailbox;
use capwire_wapc::{Conversation, ResourceLimits, World};
use capwire_wasi::Wasi;
use std::sync::Arc;
use wasmtime::Memory;

/// `W` is how the guest waits for replies: [`Immediate`] or [`Patient`].
pub(crate) struct State<W> {
    pub(crate) conversation: Conversation,
    pub(crate) wasi: Wasi,
    pub(crate) limiter: Limiter,
    /// Looked up once, after instantiation.
    pub(crate) memory: Option<Memory>,
    pub(crate) waits: W,
}

/// A plain guest, which does not wait.
pub(crate) struct Immediate {
    pub(crate) clock: Arc<Clock>,
    /// When its slice ends.
    pub(crate) deadline: Deadline,
}

/// A suspendable guest.
pub(crate) struct Patient {
    pub(crate) mailbox: Arc<Mailbox>,
}

impl<W> State<W> {
    pub(crate) fn new(limits: &ResourceLimits, world: Arc<dyn World>, waits: W) -> Self {
        Self {
            conversation: Conversation::new(world, limits),
            wasi: Wasi::default(),
            limiter: Limiter::new(limits),
            memory: None,
            waits,
        }
    }

    /// Prints what the guest began to print. For the end of each call, however it ended.
    pub(crate) fn flush(&mut self) {
        self.wasi.flush(&**self.conversation.world());
    }
}
