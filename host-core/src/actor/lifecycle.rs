//! Starts and stops actors.

use super::compile::compile;
use super::world::ActorWorld;
use super::{Actor, expiry, trust};
use crate::clock::Clock;
use crate::error::{Error, Failure};
use crate::id::ActorId;
use crate::options::ActorOptions;
use crate::policy::{Authority, check_enforceable};
use crate::pool::{Pool, Size, Starter};
use crate::provider::unbind_all;
use crate::report::Event;
use crate::state::{Generation, RunningActor, Shared};
use capwire_wascap::UnixSeconds;
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;

/// The number of the version with which an actor starts.
const FIRST: u64 = 1;

/// Starts an actor. The actor is in the tables only after this succeeds.
pub(crate) async fn start(
    host: &Arc<Shared>,
    actor: Actor,
    options: ActorOptions,
) -> Result<ActorId, Error> {
    check(host, &actor)?;
    let id = actor.id();
    let place = Reserved::new(host, id)?;
    let generation = generation(host, FIRST, actor, options).await?;
    let name = generation.name().into();
    place.fill(generation)?;
    host.announcer
        .announce(Event::ActorStarted { actor: id, name });
    Ok(id)
}

/// Stops an actor: first the bindings through which providers call it, then its calls in progress,
/// then its other bindings. Returns the number of calls that were dropped because they took too
/// long.
pub(crate) async fn stop(host: &Shared, id: ActorId) -> Result<usize, Error> {
    let actor = host.tables.change(|tables| tables.begin_stop(id))?;
    unbind_all(host, |route| route.key.actor == id && route.calls_actor()).await;
    let stopped_calls = drain(host, &actor, host.drain_time()).await;
    remove(host, id, stopped_calls).await;
    Ok(stopped_calls)
}

/// Stops an actor that is no longer trusted. Its calls have at most a second to finish.
pub(super) async fn expel(host: &Shared, actor: &RunningActor) {
    const LONGEST_DRAIN: Duration = Duration::from_secs(1);
    let stopped_calls = drain(host, actor, host.drain_time().min(LONGEST_DRAIN)).await;
    let id = actor.id();
    // Another task may stop it at the same time.
    if host.tables.change(|tables| tables.begin_stop(id)).is_ok() {
        remove(host, id, stopped_calls).await;
    }
}

async fn drain(host: &Shared, actor: &RunningActor, timeout: Duration) -> usize {
    let generations: Vec<_> = actor.generations().collect();
    let drained = generations
        .iter()
        .map(|generation| generation.drain(&*host.clock, timeout));
    join_all(drained).await.into_iter().sum()
}

async fn remove(host: &Shared, id: ActorId, stopped_calls: usize) {
    unbind_all(host, |route| route.key.actor == id).await;
    host.tables.update(|tables| tables.remove_actor(id));
    host.announcer.announce(Event::ActorStopped {
        actor: id,
        stopped_calls,
    });
}

/// Checks an actor before it starts. Its claims may have expired since they were verified, another
/// verifier may have verified them, the host may be unable to enforce them, and the policy may
/// deny the start.
pub(super) fn check(host: &Shared, actor: &Actor) -> Result<(), Error> {
    let now = UnixSeconds(host.clock.unix().as_secs());
    let (actor, claims, name) = (actor.id(), actor.claims(), actor.name());
    if let Err(source) = claims.check_time(now) {
        return Err(Failure::Expired { actor, source }.into());
    }
    let believed = host.verifier.load().verify_again(claims, now);
    believed.map_err(Error::unverified)?;
    check_enforceable(claims).map_err(|source| Failure::Unenforceable { actor, source })?;
    if !host.policy.load().may_start(claims) {
        return Err(Failure::StartDenied { actor, name }.into());
    }
    Ok(())
}

/// Compiles the module and starts its first instance.
pub(super) async fn generation(
    host: &Arc<Shared>,
    number: u64,
    actor: Actor,
    options: ActorOptions,
) -> Result<Generation, Error> {
    options.check()?;
    let name = actor.name();
    let (id, wasm, claims) = actor.into_parts();
    let (engine, places) = (Arc::clone(&host.engine), Arc::clone(&host.compilations));
    let module = compile(engine, wasm, options.limits.clone(), places)
        .await
        .map_err(|fault| Failure::compile(id, fault))?;
    let clock: Arc<dyn Clock> = Arc::clone(&host.clock);
    let starter = Starter {
        module,
        limits: options.limits.clone(),
        world: Arc::new(ActorWorld::new(id, name.clone(), Arc::clone(&clock))),
        clock: Arc::clone(&clock),
        deadline: options.start_deadline,
        cpu_budget: options.cpu_budget,
    };
    let size = Size {
        instances: options.instances.max(),
        calls: options.calls_of_an_instance(),
        queue: options.queue,
    };
    let pool = Pool::start(host.next_pool(), size, starter, clock)
        .await
        .map_err(|fault| Failure::start(id, fault))?;
    let authority = Authority::new(id, claims, &***host.policy.load());
    Ok(Generation::new(number, name, authority, options, pool))
}

/// The reserved entry of an actor that is being started. It is removed unless the start succeeds.
struct Reserved<'h> {
    host: &'h Arc<Shared>,
    id: ActorId,
    filled: bool,
}

impl<'h> Reserved<'h> {
    fn new(host: &'h Arc<Shared>, id: ActorId) -> Result<Self, Error> {
        host.tables.change(|tables| tables.reserve_actor(id))?;
        Ok(Self {
            host,
            id,
            filled: false,
        })
    }

    fn fill(mut self, generation: Generation) -> Result<(), Error> {
        let actor = Arc::new(RunningActor::new(generation));
        let entry = Arc::clone(&actor);
        self.host
            .tables
            .change(|tables| tables.insert_actor(entry))?;
        self.filled = true;
        trust::judge(self.host, &actor);
        expiry::watch(self.host, &actor);
        Ok(())
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        if !self.filled {
            self.host
                .tables
                .update(|tables| tables.remove_actor(self.id));
        }
    }
}
