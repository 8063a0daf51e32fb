//! The guests that a host uses. Their types enforce the order of calls, and a guest that did not
//! survive a call never runs again.

use crate::engine::{
    HostCalls, Module, PlainInstance, Progress, Resume, SuspendableInstance, Verdict,
};
use crate::error::{CallError, LimitError, Misuse, StartError};
use crate::limits::ResourceLimits;
use crate::message::{Reply, Request, Size, SuspendedCall};
use crate::recent_output::RecentOutput;
use crate::world::World;
use bytes::Bytes;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A guest that runs each call to its end on the caller's stack: the fastest kind.
#[derive(Debug)]
pub struct PlainGuest {
    instance: Box<dyn PlainInstance>,
    output: Arc<RecentOutput>,
    alive: bool,
}

impl PlainGuest {
    /// Instantiates `module` and runs its start functions, which `host` may stop.
    ///
    /// # Errors
    /// If the engine has no room for it, its initial memory or tables exceed the limit, or a start
    /// function fails.
    pub fn start(
        module: &dyn Module,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
        host: &mut dyn HostCalls,
    ) -> Result<Self, StartError> {
        let output = Arc::new(RecentOutput::new(world));
        let mut instance = module.plain(limits, Arc::<RecentOutput>::clone(&output))?;
        let started = instance.start(host);
        started.map_err(|error| output.explain(error))?;
        Ok(Self {
            instance,
            output,
            alive: true,
        })
    }

    /// Makes one call; `host` answers the guest's host calls.
    ///
    /// # Errors
    /// See [`CallError`].
    pub fn call(
        &mut self,
        request: Request<'_>,
        host: &mut dyn HostCalls,
    ) -> Result<Bytes, CallError> {
        if !self.alive {
            return Err(Misuse::Dead.into());
        }
        // If `host` panics, the guest stops in the middle of its code and must not run again.
        self.alive = false;
        self.output.clear();
        let result = self.instance.call(request, host);
        self.alive = survives(&result);
        result.map_err(|error| self.output.explain(error))
    }

    /// Returns true if the guest can be called again.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.alive
    }
}

/// A guest that can wait in a host call, or sleep, without holding a thread.
///
/// While it waits, it accepts no other call:
///
/// ```compile_fail,E0499
/// # use capwire_wapc::{CallError, Guest, Request, Step};
/// fn interrupt(guest: &mut Guest) -> Result<(), CallError> {
///     let first = guest.call(Request::new("first", ""))?;
///     let second = guest.call(Request::new("second", ""))?;
///     drop((first, second));
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Guest {
    instance: Box<dyn SuspendableInstance>,
    output: Arc<RecentOutput>,
    alive: bool,
}

/// A guest whose start functions have not finished.
#[derive(Debug)]
#[must_use = "a guest that is not continued never starts"]
pub struct Starting {
    instance: Box<dyn SuspendableInstance>,
    output: Arc<RecentOutput>,
}

/// The state of a guest's start functions.
#[derive(Debug)]
pub enum StartStep {
    /// The start functions have finished.
    Ready(Guest),
    /// A slice is over: continue the guest, or drop it.
    Yielded(Starting),
}

impl Guest {
    /// Instantiates `module` and begins its start functions.
    ///
    /// # Errors
    /// If the engine has no room for it, its initial memory or tables exceed the limit, or a start
    /// function fails.
    pub fn start(
        module: &dyn Module,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<StartStep, StartError> {
        let output = Arc::new(RecentOutput::new(world));
        let instance = module.suspendable(limits, Arc::<RecentOutput>::clone(&output))?;
        let starting = Starting { instance, output };
        starting.advance(|instance| instance.start())
    }

    /// Instantiates `module` and runs its start functions to their end on the caller's stack;
    /// `host` may stop them.
    ///
    /// # Errors
    /// If the engine has no room for it, its initial memory or tables exceed the limit, or a start
    /// function fails.
    pub fn start_with(
        module: &dyn Module,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
        host: &mut dyn HostCalls,
    ) -> Result<Self, StartError> {
        let mut step = Self::start(module, limits, world)?;
        loop {
            step = match step {
                StartStep::Ready(guest) => return Ok(guest),
                StartStep::Yielded(starting) => match host.slice_ended() {
                    Verdict::Continue => starting.resume()?,
                    Verdict::Stop => return Err(starting.stop()),
                },
            };
        }
    }

    /// Begins a call. Dropping the step or its contents abandons the call, and the guest cannot be
    /// called again.
    ///
    /// # Errors
    /// See [`CallError`].
    pub fn call(&mut self, request: Request<'_>) -> Result<Step<'_>, CallError> {
        if !self.alive {
            return Err(Misuse::Dead.into());
        }
        self.output.clear();
        self.advance(|instance| instance.call(request))
    }

    /// Makes one call to its end on the caller's stack; `host` answers the guest's host calls.
    ///
    /// # Errors
    /// See [`CallError`].
    pub fn call_with(
        &mut self,
        request: Request<'_>,
        host: &mut dyn HostCalls,
    ) -> Result<Bytes, CallError> {
        let mut step = self.call(request)?;
        loop {
            step = match step {
                Step::Done(response) => return Ok(response),
                Step::HostCall(pending) => {
                    let reply = host.call(pending.call().as_host_call());
                    pending.reply(reply)?
                }
                Step::Sleeping(asleep) => {
                    host.sleep(asleep.time());
                    asleep.wake()?
                }
                Step::Yielded(paused) => match host.slice_ended() {
                    Verdict::Continue => paused.resume()?,
                    Verdict::Stop => return Err(paused.stop()),
                },
            };
        }
    }

    /// Returns true if the guest can be called again.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.alive
    }

    fn stop(&mut self) -> CallError {
        stop(&mut *self.instance, &self.output)
    }

    fn advance(
        &mut self,
        run: impl FnOnce(&mut dyn SuspendableInstance) -> Result<Progress, CallError>,
    ) -> Result<Step<'_>, CallError> {
        // If the step is dropped before the call ends, the guest must not run again.
        self.alive = false;
        match run(&mut *self.instance) {
            Ok(Progress::Done(response)) => {
                self.alive = true;
                Ok(Step::Done(response))
            }
            Ok(Progress::HostCall(call)) => Ok(Step::HostCall(Pending { guest: self, call })),
            Ok(Progress::Sleeping(time)) => Ok(Step::Sleeping(Asleep { guest: self, time })),
            Ok(Progress::Yielded) => Ok(Step::Yielded(Paused { guest: self })),
            Err(error) => {
                self.alive = !error.poisons();
                Err(self.output.explain(error))
            }
        }
    }
}

/// Stops a suspended guest. Returns [`LimitError::Interrupted`], with what the engine knows of the
/// place.
fn stop(instance: &mut dyn SuspendableInstance, output: &RecentOutput) -> CallError {
    match instance.resume(Resume::Stop) {
        Err(error) if error.limit() == Some(LimitError::Interrupted) => output.explain(error),
        // The engine does not know the place, or the guest did not reach an interrupt point.
        Ok(_) | Err(_) => LimitError::Interrupted.into(),
    }
}

impl Starting {
    /// Stops the guest for good. Returns the error that names the functions that were being called, as
    /// far as the engine knows them.
    #[must_use]
    pub fn stop(mut self) -> StartError {
        stop(&mut *self.instance, &self.output).into()
    }

    /// Gives the start functions another slice.
    ///
    /// # Errors
    /// If a start function fails.
    pub fn resume(self) -> Result<StartStep, StartError> {
        self.advance(|instance| instance.resume(Resume::Continue))
    }

    fn advance(
        mut self,
        run: impl FnOnce(&mut dyn SuspendableInstance) -> Result<Progress, CallError>,
    ) -> Result<StartStep, StartError> {
        match run(&mut *self.instance) {
            Ok(Progress::Done(_)) => Ok(StartStep::Ready(Guest {
                instance: self.instance,
                output: self.output,
                alive: true,
            })),
            // Host calls and sleep do not occur here: the conversation refuses them in start functions.
            Ok(Progress::HostCall(_) | Progress::Sleeping(_) | Progress::Yielded) => {
                Ok(StartStep::Yielded(self))
            }
            Err(error) => Err(self.output.explain(error).into()),
        }
    }
}

/// The state of a call.
#[must_use = "to drop a step abandons the call and its guest"]
pub enum Step<'g> {
    /// The guest returned its response.
    Done(Bytes),
    /// The guest waits for a reply.
    HostCall(Pending<'g>),
    /// The guest sleeps.
    Sleeping(Asleep<'g>),
    /// The guest's slice is over.
    Yielded(Paused<'g>),
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(response) => f.debug_tuple("Done").field(&Size(response)).finish(),
            Self::HostCall(pending) => f.debug_tuple("HostCall").field(pending).finish(),
            Self::Sleeping(asleep) => f.debug_tuple("Sleeping").field(asleep).finish(),
            Self::Yielded(paused) => f.debug_tuple("Yielded").field(paused).finish(),
        }
    }
}

/// A guest that waits for the reply to its host call.
///
/// Only one reply is possible:
///
/// ```compile_fail,E0382
/// # use capwire_wapc::{CallError, Pending, Reply};
/// fn twice(pending: Pending<'_>) -> Result<(), CallError> {
///     pending.reply(Reply::data("one"))?;
///     pending.reply(Reply::data("two"))?;
///     Ok(())
/// }
/// ```
#[derive(Debug)]
#[must_use = "to drop it abandons the call and its guest"]
pub struct Pending<'g> {
    guest: &'g mut Guest,
    call: SuspendedCall,
}

impl<'g> Pending<'g> {
    /// Returns the host call.
    #[must_use]
    pub fn call(&self) -> &SuspendedCall {
        &self.call
    }

    /// Passes the reply to the guest and continues the call.
    ///
    /// # Errors
    /// See [`CallError`].
    pub fn reply(self, reply: Reply) -> Result<Step<'g>, CallError> {
        self.guest
            .advance(|instance| instance.resume(Resume::Reply(reply)))
    }

    /// Stops the guest for good. Returns the error that names the functions that were being called, as
    /// far as the engine knows them.
    #[must_use]
    pub fn stop(self) -> CallError {
        self.guest.stop()
    }
}

/// A guest that sleeps.
#[derive(Debug)]
#[must_use = "to drop it abandons the call and its guest"]
pub struct Asleep<'g> {
    guest: &'g mut Guest,
    time: Duration,
}

impl<'g> Asleep<'g> {
    /// Returns the time for which the guest sleeps.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.time
    }

    /// Wakes the guest and continues the call. Hosts wait for the [`time`](Self::time) first, or
    /// for a shorter one.
    ///
    /// # Errors
    /// See [`CallError`].
    pub fn wake(self) -> Result<Step<'g>, CallError> {
        self.guest.advance(|instance| instance.resume(Resume::Wake))
    }
}

/// A guest whose slice is over.
#[derive(Debug)]
#[must_use = "to drop it abandons the call and its guest"]
pub struct Paused<'g> {
    guest: &'g mut Guest,
}

impl<'g> Paused<'g> {
    /// Gives the guest another slice.
    ///
    /// # Errors
    /// See [`CallError`].
    pub fn resume(self) -> Result<Step<'g>, CallError> {
        self.guest
            .advance(|instance| instance.resume(Resume::Continue))
    }

    /// Stops the guest for good. Returns the error that names the functions that were being called, as
    /// far as the engine knows them.
    #[must_use]
    pub fn stop(self) -> CallError {
        self.guest.stop()
    }
}

fn survives<T>(result: &Result<T, CallError>) -> bool {
    result.as_ref().err().is_none_or(|error| !error.poisons())
}
