//! Guests with default limits and an empty world.

use capwire_wapc::{
    EmptyWorld, HostCall, HostCalls, Module, PlainGuest, Reply, ResourceLimits, StartError, Verdict,
};
use std::sync::Arc;

/// Starts a guest of `module` with the default limits.
///
/// # Errors
/// If the guest does not start.
pub fn start(module: &dyn Module) -> Result<PlainGuest, StartError> {
    start_within(module, &ResourceLimits::default())
}

/// Starts a guest of `module` with these limits.
///
/// # Errors
/// If the guest does not start.
pub fn start_within(
    module: &dyn Module,
    limits: &ResourceLimits,
) -> Result<PlainGuest, StartError> {
    PlainGuest::start(
        module,
        limits,
        Arc::new(EmptyWorld),
        &mut Slices::at_most(200),
    )
}

/// A host that refuses every host call, counts slices, and stops a guest after the last one.
#[derive(Debug)]
pub struct Slices {
    ended: u32,
    most: u32,
}

impl Slices {
    /// A host that stops a guest at the end of slice number `most`.
    #[must_use]
    pub fn at_most(most: u32) -> Self {
        Self { ended: 0, most }
    }

    /// Returns how many slices have ended.
    #[must_use]
    pub fn ended(&self) -> u32 {
        self.ended
    }
}

impl HostCalls for Slices {
    fn call(&mut self, _call: HostCall<'_>) -> Reply {
        Reply::error("this host answers nothing")
    }

    fn slice_ended(&mut self) -> Verdict {
        self.ended += 1;
        match self.ended < self.most {
            true => Verdict::Continue,
            false => Verdict::Stop,
        }
    }
}
