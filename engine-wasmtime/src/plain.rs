//! A plain guest, which runs on its caller's stack.

use crate::clock::GuestClock;
use crate::fault;
use crate::guest::Guest;
use crate::lend;
use crate::state::Immediate;
use bytes::Bytes;
use capwire_wapc::{CallError, HostCalls, PlainInstance, Request};
use std::fmt;
use std::mem;

pub(crate) struct Plain {
    guest: Guest<Immediate>,
    clock: GuestClock,
}

impl Plain {
    pub(crate) fn new(guest: Guest<Immediate>, clock: GuestClock) -> Self {
        Self { guest, clock }
    }

    /// Runs a closure that calls a function of the guest.
    fn run<T>(
        &mut self,
        host: &mut dyn HostCalls,
        call: impl FnOnce(&mut Guest<Immediate>) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        let _running = self.clock.run();
        let guest = &mut self.guest;
        let state = guest.store.data_mut();
        state.limiter.0.begin_call();
        let waits = &mut state.waits;
        waits.deadline = waits.clock.after(guest.slice);
        guest.store.set_epoch_deadline(guest.slice);
        let result = lend::lend(host, || call(guest));
        let state = self.guest.store.data_mut();
        state.flush();
        result.map_err(|error| state.fail(fault::call_error(error)))
    }
}

impl PlainInstance for Plain {
    fn start(&mut self, host: &mut dyn HostCalls) -> Result<(), CallError> {
        for start in mem::take(&mut self.guest.starts) {
            let result = self.run(host, |guest| start.call(&mut guest.store, ()));
            fault::unless_exited(result)?;
        }
        Ok(())
    }

    fn call(&mut self, request: Request<'_>, host: &mut dyn HostCalls) -> Result<Bytes, CallError> {
        let state = self.guest.store.data_mut();
        let arguments = state.conversation.begin_call(request)?;
        let returned = self.run(host, |guest| {
            guest.guest_call.call(&mut guest.store, arguments)
        })?;
        self.guest.store.data_mut().conversation.finish(returned)
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plain").finish_non_exhaustive()
    }
}
