//! A suspendable guest. It runs on a fiber, as a future that this module polls itself.
//!
//! The future owns the guest and returns it with the result, so the type needs no self-reference.

use crate::clock::{Deadline, GuestClock};
use crate::fault;
use crate::guest::Guest;
use crate::mailbox::{Answer, Mailbox, Wait};
use crate::state::Patient;
use bytes::Bytes;
use capwire_wapc::{CallError, Misuse, Progress, Request, Resume, SuspendableInstance};
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

pub(crate) struct Suspendable {
    phase: Phase,
    mailbox: Arc<Mailbox>,
    clock: GuestClock,
    /// The length of a slice in ticks.
    slice: u64,
    /// The end of the current slice.
    deadline: Deadline,
}

enum Phase {
    Idle(Box<Guest<Patient>>),
    /// The guest is in a host call. The number is the ticks left in its slice.
    AwaitsReply(Run, u64),
    /// The guest sleeps. The number is the ticks left in its slice.
    Asleep(Run, u64),
    /// The guest's slice is over.
    AwaitsSlice(Run),
    /// An error or a panic ended the guest.
    Dead,
}

/// The guest's code, running or suspended.
type Run = Pin<Box<dyn Future<Output = Ended> + Send>>;

type Ended = (Box<Guest<Patient>>, Result<Bytes, CallError>);

impl Suspendable {
    pub(crate) fn new(guest: Guest<Patient>, clock: GuestClock) -> Self {
        Self {
            mailbox: Arc::clone(&guest.store.data().waits.mailbox),
            slice: guest.slice,
            deadline: clock.clock().after(0),
            phase: Phase::Idle(Box::new(guest)),
            clock,
        }
    }

    fn idle(&mut self) -> Result<&mut Guest<Patient>, Misuse> {
        match &mut self.phase {
            Phase::Idle(guest) => Ok(guest),
            _ => Err(Misuse::Dead),
        }
    }

    fn begin<F>(
        &mut self,
        run: impl FnOnce(Box<Guest<Patient>>) -> F,
    ) -> Result<Progress, CallError>
    where
        F: Future<Output = Ended> + Send + 'static,
    {
        match mem::replace(&mut self.phase, Phase::Dead) {
            Phase::Idle(guest) => self.advance(Box::pin(run(guest)), self.slice),
            phase => {
                self.phase = phase;
                Err(Misuse::Dead.into())
            }
        }
    }

    /// Runs the guest for at most `ticks`. The deadline in the guest's store is the same.
    fn advance(&mut self, mut run: Run, ticks: u64) -> Result<Progress, CallError> {
        self.deadline = self.clock.clock().after(ticks);
        let running = self.clock.run();
        let poll = run.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        drop(running);
        match poll {
            Poll::Ready((guest, result)) => {
                if !result.as_ref().is_err_and(CallError::poisons) {
                    self.phase = Phase::Idle(guest);
                }
                result.map(Progress::Done)
            }
            Poll::Pending => Ok(self.suspended(run)),
        }
    }

    fn suspended(&mut self, run: Run) -> Progress {
        let left = self.clock.clock().until(self.deadline);
        match self.mailbox.take_wait() {
            Some(Wait::HostCall(call)) => {
                self.phase = Phase::AwaitsReply(run, left);
                Progress::HostCall(call)
            }
            Some(Wait::Sleep(time)) => {
                self.phase = Phase::Asleep(run, left);
                Progress::Sleeping(time)
            }
            None => {
                self.phase = Phase::AwaitsSlice(run);
                Progress::Yielded
            }
        }
    }
}

impl SuspendableInstance for Suspendable {
    fn start(&mut self) -> Result<Progress, CallError> {
        self.begin(run_starts)
    }

    fn call(&mut self, request: Request<'_>) -> Result<Progress, CallError> {
        let state = self.idle()?.store.data_mut();
        let arguments = state.conversation.begin_call(request)?;
        self.begin(|guest| run_call(guest, arguments))
    }

    fn resume(&mut self, resume: Resume) -> Result<Progress, CallError> {
        match (mem::replace(&mut self.phase, Phase::Dead), resume) {
            (Phase::AwaitsReply(run, left), Resume::Reply(reply)) => {
                self.mailbox.answer(Answer::Reply(reply), left);
                self.advance(run, left)
            }
            (Phase::Asleep(run, left), Resume::Wake) => {
                self.mailbox.answer(Answer::Wake, left);
                self.advance(run, left)
            }
            (Phase::AwaitsSlice(run), Resume::Continue) => self.advance(run, self.slice),
            (Phase::AwaitsReply(run, _) | Phase::Asleep(run, _), Resume::Stop) => {
                self.mailbox.answer(Answer::Stop, 0);
                self.advance(run, 0)
            }
            (Phase::AwaitsSlice(run), Resume::Stop) => {
                self.mailbox.stop();
                self.advance(run, 0)
            }
            (phase, _) => {
                self.phase = phase;
                Err(Misuse::NotSuspended.into())
            }
        }
    }
}

async fn run_starts(mut guest: Box<Guest<Patient>>) -> Ended {
    for start in mem::take(&mut guest.starts) {
        begin_slice(&mut guest);
        let result = start.call_async(&mut guest.store, ()).await;
        let state = guest.store.data_mut();
        state.flush();
        let result = result.map_err(|error| state.fail(fault::call_error(error)));
        if let Err(error) = fault::unless_exited(result) {
            return (guest, Err(error));
        }
    }
    (guest, Ok(Bytes::new()))
}

fn begin_slice(guest: &mut Guest<Patient>) {
    guest.store.data_mut().waits.slice_is_over = false;
    guest.store.set_epoch_deadline(guest.slice);
}

async fn run_call(mut guest: Box<Guest<Patient>>, arguments: (u32, u32)) -> Ended {
    begin_slice(&mut guest);
    guest.store.data_mut().limiter.0.begin_call();
    let Guest {
        store, guest_call, ..
    } = &mut *guest;
    let returned = guest_call.call_async(&mut *store, arguments).await;
    let state = store.data_mut();
    state.flush();
    let response = match returned {
        Ok(returned) => state.conversation.finish(returned),
        Err(error) => Err(state.fail(fault::call_error(error))),
    };
    (guest, response)
}

impl fmt::Debug for Suspendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suspendable").finish_non_exhaustive()
    }
}
