//! The events and signals between a running guest and its driver.

use capwire_wapc::{Reply, SuspendedCall};
use std::time::Duration;

/// Suspends a guest until its driver continues it. Imports call it inside the interpreter.
pub(crate) trait Suspend {
    fn suspend(&self, event: Event) -> Signal;
}

/// A driver of the engine's own functions, which make no host calls. It continues them when a slice is over.
pub(crate) struct Continue;

impl Suspend for Continue {
    fn suspend(&self, _event: Event) -> Signal {
        Signal::Continue
    }
}

/// The reason for which the guest is suspended.
#[derive(Debug)]
pub(crate) enum Event {
    HostCall(SuspendedCall),
    /// The guest sleeps for this time.
    Sleep(Duration),
    SliceEnded,
}

/// The driver's answer to an event.
#[derive(Debug)]
pub(crate) enum Signal {
    /// The reply to a host call. The rest of the slice continues.
    Reply(Reply),
    /// The end of a sleep. The rest of the slice continues.
    Wake,
    /// A new slice.
    Continue,
    /// The guest must end.
    Stop,
}
