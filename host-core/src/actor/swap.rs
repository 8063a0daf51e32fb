//! Replaces the running version of an actor with a newer one while it serves.
//!
//! Every step that can fail comes first: the new version is checked, compiled, started and, if
//! requested, asked for its health, before the old one changes. Then one pointer is exchanged: new
//! calls enter the new version, and calls in progress finish in the old one.

mod canary;
mod notice;
mod options;
mod rules;

pub use options::SwapOptions;

use super::{Actor, lifecycle};
use crate::call::{Dispatcher, check_health};
use crate::error::{Error, Failure, SwapRefusal};
use crate::id::{ActorId, BindingKey, Target};
use crate::options::Canary;
use crate::provider::unbind_all;
use crate::report::{CallCounts, Event, SwapReport};
use crate::state::{Generation, Route, RunningActor, Shared};
use capwire_wascap::Widening;
use notice::Notice;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// The time in which a call without an instance must end. A caller that does not poll its call
/// within this time gets no answer.
const GRACE: Duration = Duration::from_secs(1);

/// A new version of an actor that is ready to take over. Nothing has changed yet. Dropping it gives the
/// swap up.
pub struct PreparedSwap {
    ready: Ready,
    notice: Notice,
}

/// A version that is ready to take over.
struct Ready {
    host: Arc<Shared>,
    actor: Arc<RunningActor>,
    old: Arc<Generation>,
    new: Arc<Generation>,
    /// The calls of the old version before the swap began.
    before: CallCounts,
    wider: Vec<Widening>,
    drain: Duration,
    canary: Option<Canary>,
    _turn: OwnedMutexGuard<()>,
}

impl PreparedSwap {
    /// Checks, compiles and starts the new version.
    pub(crate) async fn new(
        dispatcher: &Arc<Dispatcher>,
        actor: Actor,
        options: SwapOptions,
    ) -> Result<Self, Error> {
        let notice = Notice::new(dispatcher.shared(), actor.id());
        match prepare(dispatcher, actor, options).await {
            Ok(ready) => Ok(Self { ready, notice }),
            Err(error) => Err(notice.refused(error)),
        }
    }

    /// Exchanges the versions, and waits for the calls in the old version.
    pub(crate) async fn take_over(self) -> Result<SwapReport, Error> {
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

impl fmt::Debug for PreparedSwap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedSwap")
            .field("actor", &self.ready.actor.id())
            .field("generation", &self.ready.new.number())
            .finish_non_exhaustive()
    }
}

/// Checks that `actor` may take over from its running version.
pub(crate) fn check(host: &Shared, actor: &Actor, options: &SwapOptions) -> Result<(), Error> {
    let running = host.tables.read().running_actor(actor.id())?;
    follow(host, &running.generation(), actor, options).map(drop)
}

/// Checks that `actor` may follow `old`. Returns what it claims beyond that.
fn follow(
    host: &Shared,
    old: &Generation,
    actor: &Actor,
    options: &SwapOptions,
) -> Result<Vec<Widening>, Error> {
    let wider = rules::check(old.claims(), actor.claims(), options);
    let wider = wider.map_err(|refusal| refused(actor.id(), refusal))?;
    lifecycle::check(host, actor)?;
    Ok(wider)
}

async fn prepare(
    dispatcher: &Arc<Dispatcher>,
    actor: Actor,
    options: SwapOptions,
) -> Result<Ready, Error> {
    let host = dispatcher.shared();
    let id = actor.id();
    let running = host.tables.read().running_actor(id)?;
    let turn = running.swap_turn().await;
    let old = running.generation();
    let wider = follow(host, &old, &actor, &options)?;
    let before = old.counts();
    let number = old.number() + 1;
    host.announcer.announce(Event::ActorSwapping {
        actor: id,
        generation: number,
    });
    let own = options.actor.unwrap_or_else(|| old.options().clone());
    let new = Arc::new(lifecycle::generation(host, number, actor, own).await?);
    if options.health_check {
        let healthy = check_health(dispatcher, &new).await;
        healthy.map_err(|error| refused(id, SwapRefusal::Unhealthy(error)))?;
    }
    Ok(Ready {
        host: Arc::clone(host),
        actor: running,
        old,
        new,
        before,
        wider,
        drain: options.drain.unwrap_or(host.options.drain),
        canary: options.canary,
        _turn: turn,
    })
}

impl Ready {
    async fn take_over(&self) -> Result<SwapReport, Error> {
        if let Some(options) = &self.canary {
            canary::prove(self, options).await?;
        }
        let proven = self.canary.map(|_| self.new.counts());
        let mut ended = self.unbind(|route| route.calls_actor()).await;
        self.exchange()?;
        let lost = self.drain().await;
        ended.extend(self.unbind(|_| true).await);
        Ok(SwapReport {
            canary: proven,
            ..self.report(lost, ended)
        })
    }

    /// Ends the bindings whose contract the new claims do not name. Bindings through which
    /// providers call the actor end before the exchange, the others when no call needs them.
    async fn unbind(&self, which: impl Fn(&Route) -> bool) -> Vec<BindingKey> {
        let authority = self.new.authority();
        unbind_all(&self.host, |route| {
            let target = Target::Capability(route.key.provider.clone());
            route.key.actor == self.actor.id() && !authority.grants(&target) && which(route)
        })
        .await
    }

    /// Exchanges the pointer to the current version, unless the actor is being stopped.
    fn exchange(&self) -> Result<(), Error> {
        self.host.tables.change(|tables| {
            let actor = tables.running_actor(self.actor.id())?;
            if !Arc::ptr_eq(&actor, &self.actor) {
                return Err(Error::stopped(self.actor.id()));
            }
            self.actor.exchange(Arc::clone(&self.new));
            Ok(())
        })
    }

    /// Waits for the calls of the old version. Returns the number of calls that get no answer.
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
            canary: None,
        }
    }
}

fn refused(actor: ActorId, source: SwapRefusal) -> Error {
    Failure::Swap { actor, source }.into()
}
