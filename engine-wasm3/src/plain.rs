//! A plain guest. Its host is called on the caller's stack while the guest's stack is suspended.

use crate::suspendable::Suspendable;
use bytes::Bytes;
use capwire_wapc::{
    CallError, HostCalls, PlainInstance, Progress, Request, Resume, SuspendableInstance, Verdict,
};

#[derive(Debug)]
pub(crate) struct Plain(Suspendable);

impl Plain {
    pub(crate) fn new(instance: Suspendable) -> Self {
        Self(instance)
    }

    fn finish(
        &mut self,
        begun: Result<Progress, CallError>,
        host: &mut dyn HostCalls,
    ) -> Result<Bytes, CallError> {
        let mut progress = begun?;
        loop {
            progress = match progress {
                Progress::Done(response) => return Ok(response),
                Progress::HostCall(call) => {
                    let reply = host.call(call.as_host_call());
                    self.0.resume(Resume::Reply(reply))?
                }
                Progress::Sleeping(_) => self.0.resume(Resume::Wake)?,
                Progress::Yielded => match host.slice_ended() {
                    Verdict::Continue => self.0.resume(Resume::Continue)?,
                    Verdict::Stop => self.0.resume(Resume::Stop)?,
                },
            };
        }
    }
}

impl PlainInstance for Plain {
    fn start(&mut self, host: &mut dyn HostCalls) -> Result<(), CallError> {
        let begun = self.0.start();
        self.finish(begun, host).map(drop)
    }

    fn call(&mut self, request: Request<'_>, host: &mut dyn HostCalls) -> Result<Bytes, CallError> {
        let begun = self.0.call(request);
        self.finish(begun, host)
    }
}
