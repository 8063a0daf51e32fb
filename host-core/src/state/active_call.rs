//! A call inside a generation, from its entry to its end.

use super::Generation;
use crate::error::Error;
use crate::pool::Lease;
use crate::report::{Announcer, Event, Outcome};
use std::fmt::Display;
use std::sync::Arc;

/// The guard of a call inside a generation. It records once how the call ended. It then counts the
/// call, keeps or retires the instance, and wakes a waiting drain.
///
/// If the guard is dropped before, the caller has abandoned the call.
pub(crate) struct ActiveCall<'a> {
    announcer: &'a Announcer,
    generation: Arc<Generation>,
    /// True if the call passed the gate. A health check does not, so it is not counted.
    entered: bool,
    lease: Option<Lease>,
    /// True if the instance was driven to the end of the call.
    driven: bool,
    outcome: Outcome,
    /// The reason why the instance is not used again, if there is one.
    retired: Option<Arc<str>>,
    /// True if the caller logs how the call ended.
    logged: bool,
}

impl<'a> ActiveCall<'a> {
    /// Returns the guard of a call that entered `generation` through its gate.
    pub(super) fn entered(generation: Arc<Generation>, announcer: &'a Announcer) -> Self {
        let mut call = Self::uncounted(generation, announcer);
        call.entered = true;
        call
    }

    /// Returns the guard of a call in a generation that no other call has entered yet.
    pub(crate) fn uncounted(generation: Arc<Generation>, announcer: &'a Announcer) -> Self {
        Self {
            announcer,
            generation,
            entered: false,
            lease: None,
            driven: false,
            outcome: Outcome::Abandoned,
            retired: None,
            logged: false,
        }
    }

    pub(crate) fn generation(&self) -> &Arc<Generation> {
        &self.generation
    }

    /// Keeps the instance that serves the call until the call ends.
    pub(crate) fn lease(&mut self, lease: Lease) -> &mut Lease {
        self.retired = Some(self.named("its caller gave up, so its instance was replaced"));
        self.lease.insert(lease)
    }

    /// The instance was driven to the end of the call. Returns true if the instance survived.
    pub(crate) fn driven(&mut self) -> bool {
        self.driven = true;
        self.lease.as_ref().is_some_and(Lease::survived)
    }

    /// The call has ended with `result`, which the caller may have `logged`.
    pub(crate) fn end<T>(mut self, result: &Result<T, Error>, logged: bool) {
        self.outcome = Outcome::of(result);
        self.logged = logged;
        if let (Some(_), Err(error)) = (&self.retired, result) {
            self.retired = Some(self.named(error.brief()));
        }
        if self.driven
            && let Some(lease) = self.lease.take()
        {
            self.retired = match (lease.give_back(), result) {
                (false, Err(error)) => Some(self.described(error)),
                _ => None,
            };
        }
    }
}

impl ActiveCall<'_> {
    /// Returns the error for the log, the actor's name first.
    fn described(&self, error: &Error) -> Arc<str> {
        match error.call_failure() {
            Some(_) => error.report().into(),
            None => self.named(error.brief()),
        }
    }

    fn named(&self, text: impl Display) -> Arc<str> {
        let (name, key) = (self.generation.name(), self.generation.id().short());
        format!("{name} ({key}): {text}").into()
    }
}

impl Drop for ActiveCall<'_> {
    fn drop(&mut self) {
        drop(self.lease.take());
        if let Some(reason) = self.retired.take() {
            let actor = self.generation.id();
            let event = Event::InstanceRetired { actor, reason };
            match self.logged {
                true => self.announcer.send(event),
                false => self.announcer.announce(event),
            }
        }
        if self.entered {
            self.generation.leave(self.outcome);
        }
    }
}
