//! A suspendable guest. wasmi keeps its stack while it is suspended.

use crate::fault;
use crate::machine::{Advance, Asleep, InHostCall, Machine, OutOfSlice};
use bytes::Bytes;
use capwire_wapc::{
    CallError, Misuse, Progress, Request, Resume, SuspendableInstance, SuspendedCall,
};
use std::fmt;
use std::mem;
use std::time::Duration;
use wasmi::WasmResults;

pub(crate) struct Suspendable {
    machine: Machine,
    waiting: Waiting,
}

/// The reason for which the guest is suspended.
enum Waiting {
    Nothing,
    /// A start function waits for a slice. The number counts the start functions called so far.
    Start(OutOfSlice<()>, usize),
    Reply(InHostCall<i32>),
    Wake(Asleep<i32>),
    Slice(OutOfSlice<i32>),
}

/// The state in which a function of the guest returns control, with a copy of the host call's data.
enum Step<R> {
    Returned(R),
    HostCall(InHostCall<R>, SuspendedCall),
    Sleeping(Asleep<R>, Duration),
    SliceEnded(OutOfSlice<R>),
}

impl Suspendable {
    pub(crate) fn new(mut machine: Machine) -> Self {
        machine.state().set_suspendable();
        Self {
            machine,
            waiting: Waiting::Nothing,
        }
    }

    fn step<R: WasmResults>(
        &mut self,
        advance: Result<Advance<R>, CallError>,
    ) -> Result<Step<R>, CallError> {
        let mut advance = advance?;
        loop {
            let paused = match advance {
                Advance::Returned(result) => return Ok(Step::Returned(result)),
                Advance::Sleeping(asleep, time) => return Ok(Step::Sleeping(asleep, time)),
                Advance::SliceEnded(paused) => return Ok(Step::SliceEnded(paused)),
                Advance::HostCall(paused) => paused,
            };
            if let Some(call) = self.machine.host_call(&paused)? {
                let call = call.to_suspended();
                return Ok(Step::HostCall(paused, call));
            }
            advance = self.machine.answer(paused, None)?;
        }
    }

    /// Continues with the start functions, of which `called` have been called.
    fn starting(
        &mut self,
        advance: Result<Advance<()>, CallError>,
        mut called: usize,
    ) -> Result<Progress, CallError> {
        let mut step = fault::unless_exited(self.step(advance))?;
        loop {
            match step {
                Some(Step::SliceEnded(paused)) => {
                    self.waiting = Waiting::Start(paused, called);
                    return Ok(Progress::Yielded);
                }
                // The conversation refuses host calls and sleep here, so the function has returned.
                Some(Step::Returned(()) | Step::HostCall(..) | Step::Sleeping(..)) | None => {}
            }
            let Some(start) = self.machine.start(called) else {
                return Ok(Progress::Done(Bytes::new()));
            };
            called += 1;
            let advance = self.machine.begin(start, ());
            step = fault::unless_exited(self.step(advance))?;
        }
    }

    fn calling(&mut self, advance: Result<Advance<i32>, CallError>) -> Result<Progress, CallError> {
        match self.step(advance)? {
            Step::Returned(returned) => {
                let response = self.machine.state().conversation.finish(returned)?;
                Ok(Progress::Done(response))
            }
            Step::HostCall(paused, call) => {
                self.waiting = Waiting::Reply(paused);
                Ok(Progress::HostCall(call))
            }
            Step::Sleeping(asleep, time) => {
                self.waiting = Waiting::Wake(asleep);
                Ok(Progress::Sleeping(time))
            }
            Step::SliceEnded(paused) => {
                self.waiting = Waiting::Slice(paused);
                Ok(Progress::Yielded)
            }
        }
    }

    /// Prints the guest's unfinished line, unless the guest is suspended.
    fn ended(&mut self, progress: Result<Progress, CallError>) -> Result<Progress, CallError> {
        if !matches!(self.waiting, Waiting::Nothing) {
            return progress;
        }
        let state = self.machine.state();
        state.flush();
        progress.map_err(|error| state.fail(error))
    }
}

impl SuspendableInstance for Suspendable {
    fn start(&mut self) -> Result<Progress, CallError> {
        let progress = self.starting(Ok(Advance::Returned(())), 0);
        self.ended(progress)
    }

    fn call(&mut self, request: Request<'_>) -> Result<Progress, CallError> {
        if !matches!(self.waiting, Waiting::Nothing) {
            return Err(Misuse::Dead.into());
        }
        let arguments = self.machine.state().begin_call(request)?;
        let advance = self.machine.begin(self.machine.guest_call(), arguments);
        let progress = self.calling(advance);
        self.ended(progress)
    }

    fn resume(&mut self, resume: Resume) -> Result<Progress, CallError> {
        let waiting = mem::replace(&mut self.waiting, Waiting::Nothing);
        let progress = match (waiting, resume) {
            (Waiting::Start(paused, called), Resume::Continue) => {
                let advance = self.machine.go_on(paused);
                self.starting(advance, called)
            }
            (Waiting::Slice(paused), Resume::Continue) => {
                let advance = self.machine.go_on(paused);
                self.calling(advance)
            }
            (Waiting::Reply(paused), Resume::Reply(reply)) => {
                let advance = self.machine.answer(paused, Some(reply));
                self.calling(advance)
            }
            (Waiting::Wake(asleep), Resume::Wake) => {
                let advance = self.machine.wake(asleep);
                self.calling(advance)
            }
            (
                Waiting::Start(..) | Waiting::Slice(_) | Waiting::Reply(_) | Waiting::Wake(_),
                Resume::Stop,
            ) => Err(self.machine.stopped()),
            (waiting, _) => {
                self.waiting = waiting;
                return Err(Misuse::NotSuspended.into());
            }
        };
        self.ended(progress)
    }
}

impl fmt::Debug for Suspendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suspendable").finish_non_exhaustive()
    }
}
