//! Takes a guest through one call: the only loop that runs guests on async threads.

use crate::clock::Clock;
use crate::meter::{Meter, Overspent};
use bytes::Bytes;
use capwire_wapc::{CallError, Guest, LimitError, Reply, Request, Step, SuspendedCall};
use std::future::poll_fn;
use std::time::Duration;
use tokio::task::coop::consume_budget;
use tokio::task::yield_now;

/// After so many host calls that were answered at once, others get their turn.
const HOST_CALLS_A_TURN: u32 = 64;
/// After so many slices too, however short they were.
const SLICES_A_TURN: u32 = 8;

/// What answers a guest's host calls.
pub(crate) trait Answer {
    /// Answers one. This may wait, and the guest is billed only for what is done before.
    fn answer(&self, call: &SuspendedCall) -> impl Future<Output = Reply> + Send;
}

/// What a call may use, besides what its instance may.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    /// When it must be done, in the clock's monotonic time.
    pub(crate) deadline: Duration,
    /// How long it may compute.
    pub(crate) cpu_budget: Duration,
    /// How long it may compute before others get their turn.
    pub(crate) slice: Duration,
}

/// Why a call was not completed.
#[derive(Debug)]
pub(crate) enum Fault {
    Call(CallError),
    Deadline,
}

/// Makes one call. Whoever drops the future stops the guest.
pub(crate) async fn drive(
    guest: &mut Guest,
    request: Request<'_>,
    allowance: Allowance,
    clock: &dyn Clock,
    host: &impl Answer,
) -> Result<Bytes, Fault> {
    // Whoever makes one call after the other, none of which waits, would keep its thread.
    consume_budget().await;
    let mut meter = Meter::start(clock, allowance.cpu_budget, allowance.slice);
    let mut turn = Turn::new(allowance);
    let mut step = guest.call(request)?;
    loop {
        step = match step {
            Step::Done(response) => return Ok(response),
            Step::HostCall(pending) => {
                let reply = answer(host, pending.call(), &mut meter).await?;
                turn.host_call(clock, &mut meter).await?;
                pending.reply(reply)?
            }
            Step::Yielded(paused) => {
                meter.bill()?;
                turn.slice_ended(clock, &mut meter).await?;
                paused.resume()?
            }
        };
    }
}

/// What host and provider do before they wait they do for the guest: it would flood them if that were free.
async fn answer(
    host: &impl Answer,
    call: &SuspendedCall,
    meter: &mut Meter<'_>,
) -> Result<Reply, Fault> {
    // In a box, so that calls which make no host calls do not carry its size about.
    let mut answer = Box::pin(host.answer(call));
    let mut waits = false;
    let reply = poll_fn(|context| {
        let reply = answer.as_mut().poll(context);
        if !waits {
            meter.bill()?;
            waits = reply.is_pending();
        }
        reply.map(Ok::<_, Overspent>)
    })
    .await?;
    if waits {
        meter.resume();
    }
    Ok(reply)
}

/// The time between two moments at which other tasks get this thread.
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
    async fn host_call(&mut self, clock: &dyn Clock, meter: &mut Meter<'_>) -> Result<(), Fault> {
        self.host_calls += 1;
        if self.host_calls < HOST_CALLS_A_TURN && self.spent(meter) < self.allowance.slice {
            return Ok(());
        }
        self.in_time(clock)?;
        self.end(meter).await;
        Ok(())
    }

    /// A slice is over, by the engine's account. What engines that count instructions take for a
    /// slice may be far less, and nobody is billed for what exchanging tasks takes.
    async fn slice_ended(&mut self, clock: &dyn Clock, meter: &mut Meter<'_>) -> Result<(), Fault> {
        self.in_time(clock)?;
        self.slices += 1;
        if self.slices < SLICES_A_TURN && self.spent(meter) < self.allowance.slice / 2 {
            return Ok(());
        }
        self.end(meter).await;
        Ok(())
    }

    fn spent(&self, meter: &Meter<'_>) -> Duration {
        meter.spent().saturating_sub(self.spent_before)
    }

    fn in_time(&self, clock: &dyn Clock) -> Result<(), Fault> {
        match clock.monotonic() >= self.allowance.deadline {
            true => Err(Fault::Deadline),
            false => Ok(()),
        }
    }

    /// Others get this thread.
    async fn end(&mut self, meter: &mut Meter<'_>) {
        (self.host_calls, self.slices) = (0, 0);
        self.spent_before = meter.spent();
        yield_now().await;
        meter.resume();
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
