//! A suspendable guest. It keeps its stack while it is suspended.

use crate::code::Gauge;
use crate::fault::Stopped;
use crate::fiber::{Advance, Ended, Fiber, Job};
use crate::stacks::Stacks;
use crate::suspend::{Event, Signal};
use crate::vm::Vm;
use crate::{backtrace, fault, jobs};
use bytes::Bytes;
use capwire_wapc::{CallError, LimitError, Misuse, Progress, Request, Resume, SuspendableInstance};
use std::fmt;
use std::mem;
use std::sync::Arc;

pub(crate) struct Suspendable {
    state: State,
    stacks: Arc<Stacks>,
}

enum State {
    /// No call is being made, and the guest has no stack.
    Idle(Box<Vm>),
    Suspended(Fiber, Task, Waiting),
    /// A call failed, or is being made.
    Dead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Start,
    Call,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    Reply,
    Wake,
    Slice,
}

impl Suspendable {
    pub(crate) fn new(vm: Box<Vm>, stacks: Arc<Stacks>) -> Self {
        Self {
            state: State::Idle(vm),
            stacks,
        }
    }

    fn begin(
        &mut self,
        mut vm: Box<Vm>,
        task: Task,
        arguments: [u32; 2],
    ) -> Result<Progress, CallError> {
        let job: Job = match task {
            Task::Start => jobs::start,
            Task::Call => jobs::call,
        };
        let slice = vm.guest().budget().slice;
        vm.set_gauge(Gauge::Fuel, slice);
        match Fiber::begin(vm, job, arguments, Arc::clone(&self.stacks)) {
            Ok(advance) => self.advanced(advance, task),
            Err(error) => Err(fault::no_stack(error)),
        }
    }

    fn signal(&mut self, wanted: Waiting, signal: Signal) -> Result<Progress, CallError> {
        match mem::replace(&mut self.state, State::Dead) {
            State::Suspended(fiber, task, waiting) if waiting == wanted => {
                self.advanced(fiber.resume(signal), task)
            }
            state => {
                self.state = state;
                Err(Misuse::NotSuspended.into())
            }
        }
    }

    /// Stops the guest in the import that suspended it.
    fn stop(&mut self) -> Result<Progress, CallError> {
        match mem::replace(&mut self.state, State::Dead) {
            State::Suspended(fiber, task, _) => self.advanced(fiber.resume(Signal::Stop), task),
            state => {
                self.state = state;
                Err(Misuse::NotSuspended.into())
            }
        }
    }

    fn advanced(&mut self, advance: Advance, task: Task) -> Result<Progress, CallError> {
        let (fiber, event) = match advance {
            Advance::Ended(ended) => return self.ended(ended, task),
            Advance::Suspended(fiber, event) => (fiber, event),
        };
        let (waiting, progress) = match event {
            Event::HostCall(call) => (Waiting::Reply, Progress::HostCall(call)),
            Event::Sleep(time) => (Waiting::Wake, Progress::Sleeping(time)),
            Event::SliceEnded => (Waiting::Slice, Progress::Yielded),
        };
        self.state = State::Suspended(fiber, task, waiting);
        Ok(progress)
    }

    fn ended(&mut self, (mut vm, result): Ended, task: Task) -> Result<Progress, CallError> {
        vm.guest().flush();
        let returned = result.map_err(|stopped| self.failed(&mut vm, stopped))?;
        let conversation = &mut vm.guest().conversation;
        let response = match task {
            Task::Start => Ok(Bytes::new()),
            Task::Call => conversation.finish(returned),
        };
        self.state = State::Idle(vm);
        response.map(Progress::Done)
    }

    fn failed(&self, vm: &mut Vm, stopped: Stopped) -> CallError {
        let mut error = fault::call_error(stopped, vm.gauge(Gauge::Stack));
        if matches!(error, CallError::Trap(_)) || error.limit() == Some(LimitError::Interrupted) {
            let frames = self.stacks.on_one(|| backtrace::frames(vm));
            error = error.with_frames(frames.unwrap_or_default());
        }
        let error = error.after_refusal(refused(vm));
        vm.guest().conversation.fail(error)
    }

    fn idle(&mut self) -> Result<Box<Vm>, CallError> {
        // A suspended guest is dropped: its caller abandoned the call.
        match mem::replace(&mut self.state, State::Dead) {
            State::Idle(vm) => Ok(vm),
            State::Suspended(..) | State::Dead => Err(Misuse::Dead.into()),
        }
    }
}

/// Returns the limit for which the guest was refused memory, unless its module itself allows no more.
fn refused(vm: &mut Vm) -> Option<LimitError> {
    let pages = vm.gauge(Gauge::Pages).unsigned_abs();
    let is_limit = u64::from(pages) < vm.code().most_pages();
    (is_limit && vm.gauge(Gauge::Refused) != 0).then_some(LimitError::Memory { pages })
}

impl SuspendableInstance for Suspendable {
    fn start(&mut self) -> Result<Progress, CallError> {
        let vm = self.idle()?;
        self.begin(vm, Task::Start, [0, 0])
    }

    fn call(&mut self, request: Request<'_>) -> Result<Progress, CallError> {
        let mut vm = self.idle()?;
        match vm.guest().conversation.begin_call(request) {
            Ok((operation, payload)) => self.begin(vm, Task::Call, [operation, payload]),
            Err(misuse) => {
                self.state = State::Idle(vm);
                Err(misuse.into())
            }
        }
    }

    fn resume(&mut self, resume: Resume) -> Result<Progress, CallError> {
        match resume {
            Resume::Reply(reply) => self.signal(Waiting::Reply, Signal::Reply(reply)),
            Resume::Wake => self.signal(Waiting::Wake, Signal::Wake),
            Resume::Continue => self.signal(Waiting::Slice, Signal::Continue),
            Resume::Stop => self.stop(),
        }
    }
}

impl fmt::Debug for Suspendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suspendable").finish_non_exhaustive()
    }
}
