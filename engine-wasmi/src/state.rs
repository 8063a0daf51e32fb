//! The state that one guest's imports use.

use crate::limiter::Limiter;
use capwire_wapc::{CallError, Conversation, Growth, Request, ResourceLimits, World};
use capwire_wasi::Wasi;
use std::sync::Arc;
use wasmi::Memory;

pub(crate) struct State {
    pub(crate) conversation: Conversation,
    pub(crate) wasi: Wasi,
    pub(crate) limiter: Limiter,
    /// The guest's memory, set after instantiation.
    pub(crate) memory: Option<Memory>,
    /// Length of the request in bytes. The guest may fetch the request many times.
    pub(crate) request_bytes: u64,
    /// True if the guest can be suspended.
    suspendable: bool,
}

impl State {
    pub(crate) fn new(limits: &ResourceLimits, world: Arc<dyn World>) -> Self {
        Self {
            conversation: Conversation::new(world, limits),
            wasi: Wasi::default(),
            limiter: Limiter(Growth::new(limits)),
            memory: None,
            request_bytes: 0,
            suspendable: false,
        }
    }

    /// Makes the guest suspendable.
    pub(crate) fn set_suspendable(&mut self) {
        self.suspendable = true;
    }

    /// Returns true if the guest may be suspended now to sleep.
    pub(crate) fn may_sleep(&self) -> bool {
        self.suspendable && self.conversation.may_sleep()
    }

    /// Begins a call and returns the arguments of `__guest_call`.
    pub(crate) fn begin_call(&mut self, request: Request<'_>) -> Result<(u32, u32), CallError> {
        let (operation, payload) = self.conversation.begin_call(request)?;
        self.request_bytes = u64::from(operation) + u64::from(payload);
        Ok((operation, payload))
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
