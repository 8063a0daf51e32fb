//! Exchanges the running version of an actor for a newer one, while it serves.
//!
//! Everything that can fail comes first: the new version is checked, compiled, started and, if
//! asked for, called, before anything of the old one changes. Then one pointer is exchanged: new
//! calls enter the new version, those that run end in the old one.

mod notice;
mod report;
mod rules;

pub use report::{SwapOptions, SwapReport};
pub(crate) use rules::Refusal;

use crate::actor::Actor;
use crate::binding::Route;
use crate::bindings::unbind_all;
use crate::calls;
use crate::error::{Error, Failure};
use crate::event::Event;
use crate::generation::{Generation, RunningActor};
use crate::id::{ActorId, BindingKey};
use crate::invocation::Target;
use crate::lifecycle;
use crate::shared::Shared;
use crate::tally::CallCounts;
use capwire_wascap::Widening;
use notice::Notice;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// Calls whose instances are gone end at once. Whoever does not even look for the answer of a
/// call for so long gets none.
const GRACE: Duration = Duration::from_secs(1);

/// A swap on its way: nothing has changed yet.
pub(crate) struct Swap {
    ready: Ready,
    notice: Notice,
}

/// A version that is ready to take over.
struct Ready {
    host: Arc<Shared>,
    actor: Arc<RunningActor>,
    old: Arc<Generation>,
    new: Arc<Generation>,
    /// How the calls of the old one had ended when this began.
    before: CallCounts,
    wider: Vec<Widening>,
    drain: Duration,
    _turn: OwnedMutexGuard<()>,
}

impl Swap {
    /// Checks, compiles and starts the new version.
    pub(crate) async fn prepare(
        host: &Arc<Shared>,
        actor: Actor,
        options: SwapOptions,
    ) -> Result<Self, Error> {
        let notice = Notice::new(host, actor.id());
        match prepare(host, actor, options).await {
            Ok(ready) => Ok(Self { ready, notice }),
            Err(error) => Err(notice.refused(error)),
        }
    }

    /// Exchanges the versions, and waits for what runs in the old one.
    pub(crate) async fn carry_out(self) -> Result<SwapReport, Error> {
        let Self { ready, notice } = self;
        match ready.take_over().await {
            Ok(report) => {
                notice.carried_out(ready.new.name(), &report);
                Ok(report)
            }
            Err(error) => Err(notice.refused(error)),
        }
    }
}

async fn prepare(host: &Arc<Shared>, actor: Actor, options: SwapOptions) -> Result<Ready, Error> {
    let id = actor.id();
    let running = host.state.read().running_actor(id)?;
    let turn = running.swap_turn().await;
    let old = running.generation();
    let wider = rules::check(old.claims(), actor.claims(), options.allow_wider)
        .map_err(|refusal| refusal.of(id))?;
    lifecycle::check(host, &actor)?;
    let before = old.counts();
    let number = old.number() + 1;
    host.announcer.announce(Event::ActorSwapping {
        actor: id,
        generation: number,
    });
    let own = options.actor.unwrap_or_else(|| old.options().clone());
    let new = Arc::new(lifecycle::generation(host, number, actor, own).await?);
    if options.health_check {
        let healthy = calls::health(host, &new).await;
        healthy.map_err(|error| Refusal::Unhealthy(error).of(id))?;
    }
    Ok(Ready {
        host: Arc::clone(host),
        actor: running,
        old,
        new,
        before,
        wider,
        drain: options.drain.unwrap_or(host.options.drain),
        _turn: turn,
    })
}

impl Ready {
    async fn take_over(&self) -> Result<SwapReport, Error> {
        let mut ended = self.unbind(|route| route.provider.calls_actors()).await;
        self.exchange()?;
        let lost = self.drain().await;
        ended.extend(self.unbind(|_| true).await);
        Ok(self.report(lost, ended))
    }

    /// Ends bindings that the new claims no longer name. Those through which the actor is called
    /// end before it is exchanged, the others when no call needs them any more.
    async fn unbind(&self, which: impl Fn(&Route) -> bool) -> Vec<BindingKey> {
        let authority = self.new.authority();
        unbind_all(&self.host, |route| {
            let target = Target::Capability(route.key.provider.clone());
            route.key.actor == self.actor.id() && !authority.grants(&target) && which(route)
        })
        .await
    }

    /// One exchange of a pointer; refused if the actor is being stopped.
    fn exchange(&self) -> Result<(), Error> {
        self.host.state.change(|tables| {
            let actor = tables.running_actor(self.actor.id())?;
            if !Arc::ptr_eq(&actor, &self.actor) {
                return Err(Error::stopped(self.actor.id()));
            }
            self.actor.exchange(Arc::clone(&self.new));
            Ok(())
        })
    }

    /// Waits for the calls of the old version. Returns how many will never be answered.
    async fn drain(&self) -> usize {
        let clock = &*self.host.clock;
        if self.old.drain(clock, self.drain).await > 0 {
            self.old.emptied_within(clock, GRACE).await;
        }
        self.actor.retire_previous();
        self.old.inside()
    }

    fn report(&self, lost: usize, ended_bindings: Vec<BindingKey>) -> SwapReport {
        let mut old = self.old.counts().since(self.before);
        old.dropped += lost as u64;
        SwapReport {
            actor: self.actor.id(),
            generation: self.new.number(),
            old_revision: rules::revision(self.old.claims()),
            new_revision: rules::revision(self.new.claims()),
            old,
            new: self.new.counts(),
            wider: self.wider.clone(),
            ended_bindings,
        }
    }
}

impl Refusal {
    fn of(self, actor: ActorId) -> Error {
        let source = self;
        Failure::Swap { actor, source }.into()
    }
}
