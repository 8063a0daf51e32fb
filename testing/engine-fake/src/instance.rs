//! Instances: a script that is polled instead of a guest that is run.

use crate::engine::Alive;
use crate::script::{Call, Context, Running, Script, Wish};
use bytes::Bytes;
use capwire_wapc::{
    CallError, HostCalls, LimitError, Misuse, PlainInstance, Progress, Reply, Request, Resume,
    SuspendableInstance, SuspendedCall, Verdict, World,
};
use std::fmt;
use std::sync::Arc;
use std::task::{self, Poll, Waker};

/// The error of the protocol for host calls of start functions.
const NOT_DURING_START: &str = "host calls are not available during start";

/// An instance of either kind.
pub(crate) struct FakeInstance {
    script: Arc<Script>,
    context: Context,
    running: Option<Running>,
    waits_for: Option<Waits>,
    starting: bool,
    _alive: Alive,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Waits {
    Reply,
    Wake,
    Slice,
}

impl FakeInstance {
    pub(crate) fn new(script: Arc<Script>, world: Arc<dyn World>, alive: Alive) -> Self {
        Self {
            script,
            context: Context::new(world),
            running: None,
            waits_for: None,
            starting: false,
            _alive: alive,
        }
    }

    fn begin_start(&mut self) {
        self.starting = true;
        self.running = Some((self.script.on_start)(self.context.clone()));
    }

    fn begin_call(&mut self, request: Request<'_>) {
        let call = Call {
            operation: request.operation.to_owned(),
            payload: request.payload,
        };
        self.starting = false;
        self.running = Some((self.script.on_call)(self.context.clone(), call));
    }

    /// Runs until the script is done or waits for its host.
    fn advance(&mut self) -> Result<Progress, CallError> {
        loop {
            match self.poll()? {
                Progress::HostCall(_) if self.starting => {
                    self.context.give(Reply::error(NOT_DURING_START));
                }
                progress => return Ok(self.waiting(progress)),
            }
        }
    }

    fn poll(&mut self) -> Result<Progress, CallError> {
        let running = self.running.as_mut().ok_or(Misuse::NotSuspended)?;
        let mut context = task::Context::from_waker(Waker::noop());
        if let Poll::Ready(result) = running.as_mut().poll(&mut context) {
            self.running = None;
            return result.map(Progress::Done);
        }
        Ok(match self.context.take_wish() {
            Some(Wish::HostCall(call)) => Progress::HostCall(call),
            Some(Wish::Sleep(_)) if self.starting => Progress::Yielded,
            Some(Wish::Sleep(time)) => Progress::Sleeping(time),
            Some(Wish::Yield) | None => Progress::Yielded,
        })
    }

    fn waiting(&mut self, progress: Progress) -> Progress {
        self.waits_for = match progress {
            Progress::Done(_) => None,
            Progress::HostCall(_) => Some(Waits::Reply),
            Progress::Sleeping(_) => Some(Waits::Wake),
            Progress::Yielded => Some(Waits::Slice),
        };
        progress
    }

    fn run_with(&mut self, host: &mut dyn HostCalls) -> Result<Bytes, CallError> {
        loop {
            match self.advance()? {
                Progress::Done(response) => return Ok(response),
                Progress::HostCall(call) => self.answer(&call, host),
                Progress::Sleeping(_) => {}
                Progress::Yielded => self.go_on(host)?,
            }
        }
    }

    fn answer(&mut self, call: &SuspendedCall, host: &mut dyn HostCalls) {
        self.context.give(host.call(call.as_host_call()));
    }

    fn go_on(&mut self, host: &mut dyn HostCalls) -> Result<(), LimitError> {
        match host.slice_ended() {
            Verdict::Continue => Ok(()),
            Verdict::Stop => {
                self.running = None;
                Err(LimitError::Interrupted)
            }
        }
    }
}

impl PlainInstance for FakeInstance {
    fn start(&mut self, host: &mut dyn HostCalls) -> Result<(), CallError> {
        self.begin_start();
        self.run_with(host).map(drop)
    }

    fn call(&mut self, request: Request<'_>, host: &mut dyn HostCalls) -> Result<Bytes, CallError> {
        self.begin_call(request);
        self.run_with(host)
    }
}

impl SuspendableInstance for FakeInstance {
    fn start(&mut self) -> Result<Progress, CallError> {
        self.begin_start();
        self.advance()
    }

    fn call(&mut self, request: Request<'_>) -> Result<Progress, CallError> {
        if self.running.is_some() {
            return Err(Misuse::NotSuspended.into());
        }
        self.begin_call(request);
        self.advance()
    }

    fn resume(&mut self, resume: Resume) -> Result<Progress, CallError> {
        match (self.waits_for.take(), resume) {
            (Some(Waits::Reply), Resume::Reply(reply)) => self.context.give(reply),
            (Some(Waits::Wake), Resume::Wake) | (Some(Waits::Slice), Resume::Continue) => {}
            _ => return Err(Misuse::NotSuspended.into()),
        }
        self.advance()
    }
}

impl fmt::Debug for FakeInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeInstance")
            .field("running", &self.running.is_some())
            .finish_non_exhaustive()
    }
}
