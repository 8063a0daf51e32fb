//! A running actor, and the exchange of its versions.

use super::ActiveCall;
use super::generation::Generation;
use crate::id::ActorId;
use crate::report::{
    Announcer, CallCounters, CallCounts, LatencyHistogram, OF_ACTORS, OperationHistograms,
};
use arc_swap::{ArcSwap, ArcSwapOption};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

/// A running actor. Its generation is one pointer, so a swap is one exchange.
pub(crate) struct RunningActor {
    id: ActorId,
    current: ArcSwap<Generation>,
    /// The previous generation, while it still has calls.
    previous: ArcSwapOption<Generation>,
    /// The calls of all earlier generations.
    past: CallCounters,
    changes: watch::Sender<()>,
    histograms: OperationHistograms,
    unbound: Arc<LatencyHistogram>,
    swaps: Arc<Mutex<()>>,
}

impl RunningActor {
    pub(crate) fn new(generation: Generation) -> Self {
        Self {
            id: generation.id(),
            current: ArcSwap::from_pointee(generation),
            previous: ArcSwapOption::empty(),
            past: CallCounters::default(),
            changes: watch::Sender::new(()),
            histograms: OperationHistograms::new(
                OF_ACTORS
                    .iter()
                    .copied()
                    .flatten()
                    .map(|declared| declared.name),
            ),
            unbound: Arc::default(),
            swaps: Arc::default(),
        }
    }

    pub(crate) fn id(&self) -> ActorId {
        self.id
    }

    /// The histograms of its calls.
    pub(crate) fn histograms(&self) -> &OperationHistograms {
        &self.histograms
    }

    /// The histogram of the calls that it makes of capabilities to which it is not bound.
    pub(crate) fn unbound(&self) -> &Arc<LatencyHistogram> {
        &self.unbound
    }

    /// The generation that new calls enter.
    pub(crate) fn generation(&self) -> Arc<Generation> {
        self.current.load_full()
    }

    /// All generations in which calls may run.
    pub(crate) fn generations(&self) -> impl Iterator<Item = Arc<Generation>> {
        std::iter::once(self.generation()).chain(self.previous.load_full())
    }

    /// The calls of all its generations, by outcome.
    pub(crate) fn counts(&self) -> CallCounts {
        let counts = self.generations().map(|generation| generation.counts());
        counts.fold(self.past.counts(), CallCounts::and)
    }

    /// Begins a call in the current generation, or returns `None` if the actor is being stopped.
    pub(crate) fn enter<'a>(&self, announcer: &'a Announcer) -> Option<ActiveCall<'a>> {
        let mut generation = self.generation();
        loop {
            if generation.enter() {
                return Some(ActiveCall::entered(generation, announcer));
            }
            // A generation is closed only after another one has taken its place, or at the end.
            let current = self.generation();
            if Arc::ptr_eq(&current, &generation) {
                return None;
            }
            generation = current;
        }
    }

    /// Waits for the turn to swap the actor. The turn ends when it is dropped.
    pub(crate) async fn swap_turn(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.swaps).lock_owned().await
    }

    /// Lets new calls enter `next`. The holder of the turn then drains the previous generation and
    /// [`retires`](Self::retire_previous) it.
    pub(crate) fn exchange(&self, next: Arc<Generation>) {
        self.previous.store(Some(self.generation()));
        self.current.store(next);
        self.notify();
    }

    /// Drops the previous generation and keeps its counts.
    pub(crate) fn retire_previous(&self) {
        if let Some(previous) = self.previous.swap(None) {
            self.past.add(previous.counts());
        }
    }

    /// Notifies the watchers of a change.
    pub(crate) fn notify(&self) {
        self.changes.send_replace(());
    }

    /// A watcher of changes. It ends with the actor.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }
}
