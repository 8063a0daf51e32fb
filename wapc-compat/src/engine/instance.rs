//! An instance, of either kind: its guest waits on its own thread.

use super::worker::{Event, Line, Order};
use bytes::Bytes;
use capwire_wapc::{
    CallError, HostCalls, Misuse, PlainInstance, Progress, Reply, Request, Resume,
    SuspendableInstance,
};

const NOT_DURING_START: &str = "host calls are not available during start";

#[derive(Debug)]
pub(super) struct Instance {
    line: Line,
    /// Whether the guest is in a host call.
    waits: bool,
}

impl Instance {
    pub(super) fn new(line: Line) -> Self {
        Self { line, waits: false }
    }

    fn run_starts(&self) -> Result<(), CallError> {
        self.line.order(Order::Start)?;
        loop {
            match self.line.next()? {
                Event::Ended(result) => return result.map(drop),
                Event::HostCall(_) => self.line.reply(Reply::error(NOT_DURING_START))?,
            }
        }
    }

    fn begin(&self, request: Request<'_>) -> Result<(), CallError> {
        // `wapc` would cast a length that does not fit.
        const MOST: usize = i32::MAX as usize;
        let bytes = request.operation.len().max(request.payload.len());
        if bytes > MOST {
            return Err(Misuse::TooLarge { bytes, most: MOST }.into());
        }
        self.line.order(Order::Call {
            operation: request.operation.to_owned(),
            payload: request.payload,
        })
    }

    fn progress(&mut self) -> Result<Progress, CallError> {
        match self.line.next()? {
            Event::Ended(result) => result.map(Progress::Done),
            Event::HostCall(call) => {
                self.waits = true;
                Ok(Progress::HostCall(call))
            }
        }
    }
}

impl PlainInstance for Instance {
    fn start(&mut self, _host: &mut dyn HostCalls) -> Result<(), CallError> {
        self.run_starts()
    }

    fn call(&mut self, request: Request<'_>, host: &mut dyn HostCalls) -> Result<Bytes, CallError> {
        self.begin(request)?;
        loop {
            match self.line.next()? {
                Event::Ended(result) => return result,
                Event::HostCall(call) => self.line.reply(host.call(call.as_host_call()))?,
            }
        }
    }
}

impl SuspendableInstance for Instance {
    fn start(&mut self) -> Result<Progress, CallError> {
        self.run_starts()?;
        Ok(Progress::Done(Bytes::new()))
    }

    fn call(&mut self, request: Request<'_>) -> Result<Progress, CallError> {
        if self.waits {
            return Err(Misuse::Dead.into());
        }
        self.begin(request)?;
        self.progress()
    }

    fn resume(&mut self, resume: Resume) -> Result<Progress, CallError> {
        match (self.waits, resume) {
            (true, Resume::Reply(reply)) => {
                self.waits = false;
                self.line.reply(reply)?;
                self.progress()
            }
            _ => Err(Misuse::NotSuspended.into()),
        }
    }
}
