//! What a running guest and its driver tell each other.

use capwire_wapc::{Reply, SuspendedCall};

/// Stops a guest until its driver wants it to go on. Called deep inside the interpreter.
pub(crate) trait Suspend {
    fn suspend(&self, event: Event) -> Signal;
}

/// Why the guest is suspended.
#[derive(Debug)]
pub(crate) enum Event {
    HostCall(SuspendedCall),
    SliceEnded,
}

/// What its driver answers.
#[derive(Debug)]
pub(crate) enum Signal {
    /// The reply to a host call. What is left of the slice goes on.
    Reply(Reply),
    /// A new slice.
    Continue,
    /// The guest has to end.
    Stop,
}
