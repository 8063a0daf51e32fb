//! Lets a new version prove itself with a share of the calls before it takes over.

use super::{GRACE, Ready, refused};
use crate::error::{Error, SwapRefusal};
use crate::options::Canary;
use crate::report::{CallCounts, Event};
use std::sync::Arc;
use std::time::Duration;

/// The longest time between two looks at its calls.
const LOOK: Duration = Duration::from_millis(50);

/// Gives the new version its share of the calls until its time is over. If it fails, no more calls
/// enter it, those inside finish, and the old version serves all.
pub(super) async fn prove(ready: &Ready, canary: &Canary) -> Result<(), Error> {
    if canary.share.basis_points() == 0 {
        return Err(Error::option(
            "canary.share",
            "is 0 %, so no call would meet the new version",
        ));
    }
    begin(ready, canary)?;
    let verdict = observe(ready, canary).await;
    if verdict.is_err() {
        withdraw(ready).await;
    }
    // The calls that were inside have ended by now.
    verdict.map_err(|refusal| match refusal {
        Verdict::Stopped => Error::stopped(ready.actor.id()),
        Verdict::Refused(refusal) => refused(ready.actor.id(), refusal(ready.new.counts())),
    })
}

/// A reason to end a canary.
enum Verdict {
    Stopped,
    Refused(fn(CallCounts) -> SwapRefusal),
}

fn begin(ready: &Ready, canary: &Canary) -> Result<(), Error> {
    ready.host.tables.change(|tables| {
        let actor = tables.running_actor(ready.actor.id())?;
        if !Arc::ptr_eq(&actor, &ready.actor) {
            return Err(Error::stopped(ready.actor.id()));
        }
        actor.try_out(Arc::clone(&ready.new), canary.share);
        Ok(())
    })?;
    ready.host.announcer.announce(Event::ActorCanary {
        actor: ready.actor.id(),
        generation: ready.new.number(),
        share: canary.share,
        time: canary.time,
    });
    Ok(())
}

async fn observe(ready: &Ready, canary: &Canary) -> Result<(), Verdict> {
    let clock = &*ready.host.clock;
    let until = clock.monotonic().saturating_add(canary.time);
    loop {
        let counts = ready.new.counts();
        let (failed, calls) = (failures(counts), ended(counts));
        let now = clock.monotonic();
        if canary.is_exceeded(failed, calls) {
            return Err(Verdict::Refused(too_many));
        }
        let running = ready.host.tables.read().running_actor(ready.actor.id());
        if !running.is_ok_and(|running| Arc::ptr_eq(&running, &ready.actor)) {
            return Err(Verdict::Stopped);
        }
        if ready.actor.is_withdrawn() {
            return Err(Verdict::Refused(|_| SwapRefusal::CanaryWithdrawn));
        }
        if now < until {
            clock.sleep_until(until.min(now.saturating_add(LOOK))).await;
        } else if calls == 0 {
            return Err(Verdict::Refused(|_| SwapRefusal::CanaryUntried));
        } else if failed > canary.max_errors.of(calls) {
            return Err(Verdict::Refused(too_many));
        } else {
            return Ok(());
        }
    }
}

/// Returns the refusal that too many of these calls failed.
fn too_many(counts: CallCounts) -> SwapRefusal {
    SwapRefusal::CanaryFailed {
        failed: failures(counts),
        calls: ended(counts),
    }
}

async fn withdraw(ready: &Ready) {
    let clock = &*ready.host.clock;
    ready.actor.withdraw();
    if ready.new.drain(clock, ready.drain).await > 0 {
        ready.new.emptied_within(clock, GRACE).await;
    }
    ready.actor.retire_canary();
}

/// The calls that were answered, or should have been.
fn ended(counts: CallCounts) -> u64 {
    counts.served + failures(counts)
}

fn failures(counts: CallCounts) -> u64 {
    counts.failed + counts.dropped
}
