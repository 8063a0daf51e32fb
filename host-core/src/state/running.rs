//! A running actor, and the exchange of its versions.

use super::ActiveCall;
use super::canary::CanaryPlace;
use super::generation::Generation;
use crate::id::ActorId;
use crate::options::Proportion;
use crate::report::{
    Announcer, CallCounters, CallCounts, CanaryInfo, LatencyHistogram, OF_ACTORS,
    OperationHistograms,
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
    /// The next generation, while only a share of the calls enters it.
    canary: CanaryPlace,
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
            canary: CanaryPlace::default(),
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
        let current = self.generation();
        let canary = self.canary.generation();
        // It has just taken over, if it is both.
        let canary = canary.filter(|canary| !Arc::ptr_eq(canary, &current));
        let others = self.previous.load_full().into_iter().chain(canary);
        std::iter::once(current).chain(others)
    }

    /// The calls of all its generations, by outcome.
    pub(crate) fn counts(&self) -> CallCounts {
        let counts = self.generations().map(|generation| generation.counts());
        counts.fold(self.past.counts(), CallCounts::and)
    }

    /// Begins a call in the current generation or the canary, or returns `None` if the actor is being stopped.
    pub(crate) fn enter<'a>(&self, announcer: &'a Announcer) -> Option<ActiveCall<'a>> {
        let canary = self.canary.next();
        if let Some(canary) = canary.filter(|canary| canary.enter()) {
            return Some(ActiveCall::entered(canary, announcer));
        }
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
        self.canary.clear();
        self.notify();
    }

    /// Lets this share of new calls enter `next`, until it takes over by an
    /// [exchange](Self::exchange), or is [withdrawn](Self::withdraw) and
    /// [retired](Self::retire_canary).
    pub(crate) fn try_out(&self, next: Arc<Generation>, share: Proportion) {
        self.canary.begin(next, share);
        self.notify();
    }

    /// The generation that gets a share of the calls.
    pub(crate) fn canary(&self) -> Option<Arc<Generation>> {
        self.canary.generation()
    }

    /// Returns the canary for people, unless it was withdrawn.
    pub(crate) fn canary_info(&self) -> Option<CanaryInfo> {
        let (canary, share) = (self.canary.generation()?, self.canary.share()?);
        Some(CanaryInfo {
            generation: canary.number(),
            share,
            calls: canary.counts(),
        })
    }

    /// Lets no more calls enter the canary, if there is one.
    pub(crate) fn withdraw(&self) {
        self.canary.withdraw();
    }

    /// Returns true if no call enters the canary any more.
    pub(crate) fn is_withdrawn(&self) -> bool {
        self.canary.share().is_none()
    }

    /// Drops the canary and keeps its counts.
    pub(crate) fn retire_canary(&self) {
        if let Some(canary) = self.canary.clear() {
            self.past.add(canary.counts());
        }
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
