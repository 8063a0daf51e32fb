//! A plain guest. Its host is called while the interpreter is suspended.

use crate::fault;
use crate::machine::{Advance, Machine};
use bytes::Bytes;
use capwire_wapc::{CallError, HostCalls, PlainInstance, Request, Verdict};
use std::fmt;
use wasmi::{TypedFunc, WasmParams, WasmResults};

pub(crate) struct Plain(Machine);

impl Plain {
    pub(crate) fn new(machine: Machine) -> Self {
        Self(machine)
    }

    fn run<P: WasmParams, R: WasmResults>(
        &mut self,
        function: TypedFunc<P, R>,
        arguments: P,
        host: &mut dyn HostCalls,
    ) -> Result<R, CallError> {
        let mut advance = self.0.begin(function, arguments)?;
        loop {
            advance = match advance {
                Advance::Returned(result) => return Ok(result),
                Advance::HostCall(paused) => {
                    let call = self.0.host_call(&paused)?;
                    let reply = call.map(|call| host.call(call));
                    self.0.answer(paused, reply)?
                }
                // This does not occur: a plain guest does not sleep.
                Advance::Sleeping(asleep, _) => self.0.wake(asleep)?,
                Advance::SliceEnded(paused) => match host.slice_ended() {
                    Verdict::Continue => self.0.go_on(paused)?,
                    Verdict::Stop => return Err(self.0.stopped()),
                },
            };
        }
    }

    fn run_starts(&mut self, host: &mut dyn HostCalls) -> Result<(), CallError> {
        let mut index = 0;
        while let Some(start) = self.0.start(index) {
            fault::unless_exited(self.run(start, (), host))?;
            index += 1;
        }
        Ok(())
    }
}

impl PlainInstance for Plain {
    fn start(&mut self, host: &mut dyn HostCalls) -> Result<(), CallError> {
        let result = self.run_starts(host);
        let state = self.0.state();
        state.flush();
        result.map_err(|error| state.fail(error))
    }

    fn call(&mut self, request: Request<'_>, host: &mut dyn HostCalls) -> Result<Bytes, CallError> {
        let arguments = self.0.state().begin_call(request)?;
        let result = self.run(self.0.guest_call(), arguments, host);
        let state = self.0.state();
        state.flush();
        match result {
            Ok(returned) => state.conversation.finish(returned),
            Err(error) => Err(state.fail(error)),
        }
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plain").finish_non_exhaustive()
    }
}
