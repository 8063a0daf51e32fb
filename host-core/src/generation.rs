//! One version of an actor at work, and the place where versions are exchanged.

use crate::actor::display_name;
use crate::clock::Clock;
use crate::door::Door;
use crate::error::Error;
use crate::id::ActorId;
use crate::metrics::{Meters, OF_ACTORS};
use crate::options::ActorOptions;
use crate::patience;
use crate::policy::Authority;
use crate::pool::Pool;
use crate::tally::{CallCounts, Outcome, Tally};
use arc_swap::{ArcSwap, ArcSwapOption};
use capwire_wascap::{ActorClaims, Verified};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

/// One version of an actor: what it may do, and its instances. A call belongs to the generation
/// in which it began, which lives until the last of its calls is done.
pub(crate) struct Generation {
    number: u64,
    authority: Authority,
    name: String,
    options: ActorOptions,
    pool: Arc<Pool>,
    door: Door,
    tally: Tally,
}

/// An actor that runs. Its generation is one pointer, so that a swap is one exchange.
pub(crate) struct RunningActor {
    id: ActorId,
    current: ArcSwap<Generation>,
    /// The one before, while calls still run in it.
    previous: ArcSwapOption<Generation>,
    /// How the calls of those before ended.
    past: Tally,
    changes: watch::Sender<()>,
    meters: Meters,
    swaps: Arc<Mutex<()>>,
}

/// A call inside a generation, from its entry to its end.
pub(crate) struct Visit {
    generation: Arc<Generation>,
    outcome: Outcome,
}

impl Generation {
    pub(crate) fn new(
        number: u64,
        authority: Authority,
        options: ActorOptions,
        pool: Arc<Pool>,
    ) -> Self {
        Self {
            number,
            name: display_name(authority.claims()),
            authority,
            options,
            pool,
            door: Door::default(),
            tally: Tally::default(),
        }
    }

    pub(crate) fn id(&self) -> ActorId {
        self.authority.actor()
    }

    /// Counted from one.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Its name for people.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn claims(&self) -> &Verified<ActorClaims> {
        self.authority.claims()
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn options(&self) -> &ActorOptions {
        &self.options
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// How its calls ended.
    pub(crate) fn counts(&self) -> CallCounts {
        self.tally.counts()
    }

    /// How many calls have entered and not ended.
    pub(crate) fn inside(&self) -> usize {
        self.door.inside()
    }

    /// Takes no new calls, lets those that run or wait end, and stops what is left after
    /// `patience`. Returns how many calls were stopped.
    pub(crate) async fn drain(&self, clock: &dyn Clock, patience: Duration) -> usize {
        self.door.close();
        let stopped = match self.emptied_within(clock, patience).await {
            true => 0,
            false => self.inside(),
        };
        self.pool.close();
        stopped
    }

    /// Whether the last call ends in time; no new ones may be let in.
    pub(crate) async fn emptied_within(&self, clock: &dyn Clock, patience: Duration) -> bool {
        let until = clock.monotonic().saturating_add(patience);
        let emptied = patience::until(clock, until, self.door.emptied()).await;
        emptied.is_ok()
    }
}

impl RunningActor {
    pub(crate) fn new(generation: Generation) -> Self {
        Self {
            id: generation.id(),
            current: ArcSwap::from_pointee(generation),
            previous: ArcSwapOption::empty(),
            past: Tally::default(),
            changes: watch::Sender::new(()),
            meters: Meters::new(
                OF_ACTORS
                    .iter()
                    .copied()
                    .flatten()
                    .map(|declared| declared.name),
            ),
            swaps: Arc::default(),
        }
    }

    pub(crate) fn id(&self) -> ActorId {
        self.id
    }

    /// What counts and times its calls.
    pub(crate) fn meters(&self) -> &Meters {
        &self.meters
    }

    /// The generation that new calls enter.
    pub(crate) fn generation(&self) -> Arc<Generation> {
        self.current.load_full()
    }

    /// All generations in which calls may run.
    pub(crate) fn generations(&self) -> impl Iterator<Item = Arc<Generation>> {
        std::iter::once(self.generation()).chain(self.previous.load_full())
    }

    /// How its calls ended, of all its generations.
    pub(crate) fn counts(&self) -> CallCounts {
        let counts = self.generations().map(|generation| generation.counts());
        counts.fold(self.past.counts(), CallCounts::and)
    }

    /// Begins a call in the current generation, unless the actor is being stopped.
    pub(crate) fn enter(&self) -> Option<Visit> {
        let mut generation = self.generation();
        loop {
            if let Some(visit) = Visit::begin(&generation) {
                return Some(visit);
            }
            // A generation is closed only after another one has taken its place, or at the end.
            let current = self.generation();
            if Arc::ptr_eq(&current, &generation) {
                return None;
            }
            generation = current;
        }
    }

    /// The turn to swap it. Others wait until this is dropped.
    pub(crate) async fn swap_turn(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.swaps).lock_owned().await
    }

    /// Lets new calls enter `next`. Whoever has the turn drains the one before and then
    /// [`retires`](Self::retire_previous) it.
    pub(crate) fn exchange(&self, next: Arc<Generation>) {
        self.previous.store(Some(self.generation()));
        self.current.store(next);
        self.notify();
    }

    /// Forgets the generation before, but not its numbers.
    pub(crate) fn retire_previous(&self) {
        if let Some(previous) = self.previous.swap(None) {
            self.past.add(previous.counts());
        }
    }

    /// Tells those who watch it that something has changed.
    pub(crate) fn notify(&self) {
        self.changes.send_replace(());
    }

    /// Tells of each change, and ends with the actor.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }
}

impl Visit {
    fn begin(generation: &Arc<Generation>) -> Option<Self> {
        generation.door.enter().then(|| Self {
            generation: Arc::clone(generation),
            outcome: Outcome::Abandoned,
        })
    }

    pub(crate) fn generation(&self) -> &Arc<Generation> {
        &self.generation
    }

    /// The call has ended so.
    pub(crate) fn end<T>(mut self, result: &Result<T, Error>) {
        self.outcome = Outcome::of(result);
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        // In this order, so that whoever finds nobody inside finds everybody counted.
        self.generation.tally.record(self.outcome);
        self.generation.door.leave();
    }
}
