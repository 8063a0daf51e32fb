//! Drives a guest through one call. This is the only loop that runs guests on async threads.

use crate::clock::{Budget, Clock, CpuBudget, Overspent};
use bytes::Bytes;
use capwire_wapc::{CallError, Guest, LimitError, Reply, Request, Step, SuspendedCall};
use futures_util::future::BoxFuture;
use std::future::poll_fn;
use std::time::Duration;
use tokio::task::yield_now;

/// After this many host calls that were answered at once, the task yields.
const HOST_CALLS_PER_TURN: u32 = 64;
/// After this many slices, however short, the task yields.
const SLICES_PER_TURN: u32 = 8;

/// Answers a guest's host calls.
pub(super) trait AnswerHostCalls {
    /// Answers one host call, whose work is charged to `budget`. The answer may wait.
    fn answer<'a>(&'a self, call: &'a SuspendedCall, budget: Budget) -> BoxFuture<'a, Reply>;
}

/// The time that a call may use.
#[derive(Clone)]
pub(super) struct Allowance {
    /// The monotonic time at which the charge begins, read just before.
    pub(super) begin: Duration,
    /// The monotonic time by which the call must be done.
    pub(super) deadline: Duration,
    /// The CPU budget of the whole call.
    pub(super) cpu_budget: Duration,
    /// The budget of the call that caused this one, which is charged as well.
    pub(super) outer: Budget,
    /// The CPU time after which the task yields.
    pub(super) slice: Duration,
}

/// The reason for which a call was not completed.
#[derive(Debug)]
pub(super) enum Fault {
    Call(CallError),
    Deadline,
}

/// Makes one call. Dropping the future stops the guest.
pub(super) async fn drive(
    guest: &mut Guest,
    request: Request<'_>,
    allowance: Allowance,
    clock: &dyn Clock,
    host: &impl AnswerHostCalls,
) -> Result<Bytes, Fault> {
    let (begin, limit, outer) = (allowance.begin, allowance.cpu_budget, &allowance.outer);
    let mut budget = CpuBudget::start_at(begin, clock, limit, allowance.slice, outer.clone());
    let mut turn = Turn::new(allowance);
    let mut step = guest.call(request)?;
    loop {
        step = match step {
            Step::Done(response) => return Ok(response),
            Step::HostCall(pending) => {
                let Ok(reply) = answer(host, pending.call(), &mut budget).await else {
                    return Err(pending.stop().into());
                };
                turn.host_call(clock, &mut budget).await?;
                pending.reply(reply)?
            }
            Step::Sleeping(asleep) => {
                turn.sleep(asleep.time(), clock, &mut budget).await?;
                asleep.wake()?
            }
            Step::Yielded(paused) => {
                if budget.bill().is_err() {
                    return Err(paused.stop().into());
                }
                turn.slice_ended(clock, &mut budget).await?;
                paused.resume()?
            }
        };
    }
}

/// Answers a host call. The guest is charged for the work of host and provider, but not while they
/// wait. Otherwise a flood of calls would cost nothing.
async fn answer(
    host: &impl AnswerHostCalls,
    call: &SuspendedCall,
    budget: &mut CpuBudget<'_>,
) -> Result<Reply, Overspent> {
    let mut answer = host.answer(call, budget.share());
    let mut waited = false;
    let reply = poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            budget.resume();
        }
        let reply = answer.as_mut().poll(context);
        budget.bill()?;
        reply.map(Ok::<_, Overspent>)
    });
    reply.await
}

/// The time for which the task runs before it yields.
struct Turn {
    allowance: Allowance,
    host_calls: u32,
    slices: u32,
    spent_before: Duration,
}

impl Turn {
    fn new(allowance: Allowance) -> Self {
        Self {
            allowance,
            host_calls: 0,
            slices: 0,
            spent_before: Duration::ZERO,
        }
    }

    /// A host call was answered, perhaps without any waiting.
    async fn host_call(
        &mut self,
        clock: &dyn Clock,
        budget: &mut CpuBudget<'_>,
    ) -> Result<(), Fault> {
        self.host_calls += 1;
        if self.host_calls < HOST_CALLS_PER_TURN && self.spent(budget) < self.allowance.slice {
            return Ok(());
        }
        self.in_time(clock)?;
        self.end(budget).await;
        Ok(())
    }

    /// Waits while the guest sleeps, at most until the deadline of its call. The guest is not charged
    /// for the wait.
    async fn sleep(
        &mut self,
        time: Duration,
        clock: &dyn Clock,
        budget: &mut CpuBudget<'_>,
    ) -> Result<(), Fault> {
        budget.bill()?;
        let until = clock.monotonic().saturating_add(time);
        clock.sleep_until(until.min(self.allowance.deadline)).await;
        budget.resume();
        self.in_time(clock)?;
        self.host_call(clock, budget).await
    }

    /// The engine ended a slice. Engines that count instructions may end it early, and no guest is
    /// charged for the switch to another task.
    async fn slice_ended(
        &mut self,
        clock: &dyn Clock,
        budget: &mut CpuBudget<'_>,
    ) -> Result<(), Fault> {
        self.in_time(clock)?;
        self.slices += 1;
        if self.slices < SLICES_PER_TURN && self.spent(budget) < self.allowance.slice / 2 {
            return Ok(());
        }
        self.end(budget).await;
        Ok(())
    }

    fn spent(&self, budget: &CpuBudget<'_>) -> Duration {
        budget.spent().saturating_sub(self.spent_before)
    }

    fn in_time(&self, clock: &dyn Clock) -> Result<(), Fault> {
        match clock.monotonic() >= self.allowance.deadline {
            true => Err(Fault::Deadline),
            false => Ok(()),
        }
    }

    /// Yields to other tasks.
    async fn end(&mut self, budget: &mut CpuBudget<'_>) {
        (self.host_calls, self.slices) = (0, 0);
        self.spent_before = budget.spent();
        yield_now().await;
        budget.resume();
    }
}

impl From<CallError> for Fault {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<Overspent> for Fault {
    fn from(_: Overspent) -> Self {
        Self::Call(LimitError::Interrupted.into())
    }
}
