//! A provider of a host, whichever version of it serves.

use super::{Description, ProviderVersion};
use crate::clock::Clock;
use crate::id::ProviderId;
use crate::options::ProviderOptions;
use crate::report::ProviderState;
use crate::wait::with_timeout;
use arc_swap::ArcSwap;
use capwire_provider::ProviderFactory;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, watch};

/// A provider of a host.
pub(crate) struct RunningProvider {
    id: ProviderId,
    description: ArcSwap<Description>,
    /// Read by whoever binds an actor, written by whoever changes the version.
    current: Arc<RwLock<Current>>,
    phase: watch::Sender<Phase>,
    generation: AtomicU64,
    restarts: AtomicU64,
    waiting: AtomicUsize,
    queued: AtomicU64,
    refused: AtomicU64,
}

/// The version that serves, and the means to open another one.
pub(crate) struct Current {
    pub(crate) source: Arc<dyn ProviderFactory>,
    /// `None` while the provider is broken.
    pub(crate) version: Option<Arc<ProviderVersion>>,
    pub(crate) number: u64,
    /// The failures in a row.
    pub(crate) failures: u32,
    /// The time at which the provider was opened or broke last.
    pub(crate) since: Duration,
}

/// The turn to change the version of a provider. It ends when it is dropped.
pub(crate) type Turn = OwnedRwLockWriteGuard<Current>;

/// The state of a provider, as calls see it that no version lets in.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    /// The route of a binding has a version that serves.
    Serving,
    /// The next version is being opened. Calls wait.
    Changing,
    /// The provider is opened again at a time.
    Broken {
        reason: Arc<str>,
        retry_at: Duration,
    },
    Removed,
}

/// The reason why no version serves a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unserved {
    Broken { retry_after: Duration },
    QueueFull,
    TooLong,
    Removed,
}

impl RunningProvider {
    pub(crate) fn new(
        id: ProviderId,
        description: Description,
        source: Arc<dyn ProviderFactory>,
        version: Arc<ProviderVersion>,
        now: Duration,
    ) -> Self {
        let number = version.number();
        Self {
            id,
            description: ArcSwap::from_pointee(description),
            current: Arc::new(RwLock::new(Current {
                source,
                version: Some(version),
                number,
                failures: 0,
                since: now,
            })),
            phase: watch::Sender::new(Phase::Serving),
            generation: AtomicU64::new(number),
            restarts: AtomicU64::new(0),
            waiting: AtomicUsize::new(0),
            queued: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    pub(crate) fn id(&self) -> &ProviderId {
        &self.id
    }

    pub(crate) fn description(&self) -> Arc<Description> {
        self.description.load_full()
    }

    /// The number of the version that serves or served last.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// The number of times that it was opened again after a failure.
    pub(crate) fn restarts(&self) -> u64 {
        self.restarts.load(Ordering::Relaxed)
    }

    pub(crate) fn restarted(&self) {
        self.restarts.fetch_add(1, Ordering::Relaxed);
    }

    /// The calls that wait for the next version.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// The calls that ever waited for a next version, and those that gave up.
    pub(crate) fn waits(&self) -> (u64, u64) {
        let (queued, refused) = (&self.queued, &self.refused);
        (
            queued.load(Ordering::Relaxed),
            refused.load(Ordering::Relaxed),
        )
    }

    /// Returns its state for people.
    pub(crate) fn state(&self) -> ProviderState {
        match &*self.phase.borrow() {
            Phase::Serving => ProviderState::Serving,
            Phase::Changing | Phase::Removed => ProviderState::Changing,
            Phase::Broken { reason, .. } => ProviderState::Broken {
                reason: Arc::clone(reason),
            },
        }
    }

    /// Returns the reason why no version serves calls at the time `now`, unless one does or is about
    /// to.
    pub(crate) fn unserved(&self, now: Duration) -> Option<Unserved> {
        match &*self.phase.borrow() {
            Phase::Serving | Phase::Changing => None,
            Phase::Removed => Some(Unserved::Removed),
            Phase::Broken { retry_at, .. } => Some(Unserved::Broken {
                retry_after: retry_at.saturating_sub(now),
            }),
        }
    }

    /// Waits for the current version, which stays until the guard is dropped.
    pub(crate) async fn current(&self) -> OwnedRwLockReadGuard<Current> {
        Arc::clone(&self.current).read_owned().await
    }

    /// Waits for the turn to change the version.
    pub(crate) async fn turn(&self) -> Turn {
        Arc::clone(&self.current).write_owned().await
    }

    /// Begins another phase. The routes of the next version must be in the tables before
    /// [`Phase::Serving`] begins, and a version is closed only after that phase has ended or
    /// another version has taken its routes.
    pub(crate) fn begin(&self, phase: Phase) {
        self.phase.send_replace(phase);
    }

    /// `version` of the provider that `description` describes serves from now on.
    pub(crate) fn describe(&self, description: Arc<Description>, number: u64) {
        self.description.store(description);
        self.generation.store(number, Ordering::Relaxed);
    }

    /// Waits until a version may let a call in. The call keeps its `place` if it waits again.
    pub(crate) async fn wait(
        self: &Arc<Self>,
        clock: &dyn Clock,
        options: &ProviderOptions,
        place: &mut Option<Waiting>,
    ) -> Result<(), Unserved> {
        let mut phases = self.phase.subscribe();
        let now = clock.monotonic();
        if let Some(unserved) = self.unserved(now) {
            return Err(unserved);
        }
        if !matches!(*phases.borrow_and_update(), Phase::Changing) {
            return Ok(());
        }
        let until = match place {
            Some(place) => place.until,
            None => place.insert(self.join(now, options)?).until,
        };
        let changed = phases.wait_for(|phase| !matches!(phase, Phase::Changing));
        let waited = with_timeout(clock, until, async { changed.await.map(drop) }).await;
        waited.map(drop).map_err(|_| {
            self.refused.fetch_add(1, Ordering::Relaxed);
            Unserved::TooLong
        })
    }

    fn join(
        self: &Arc<Self>,
        now: Duration,
        options: &ProviderOptions,
    ) -> Result<Waiting, Unserved> {
        let place = Waiting {
            provider: Arc::clone(self),
            until: now.saturating_add(options.hold),
        };
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= options.queue {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(Unserved::QueueFull);
        }
        self.queued.fetch_add(1, Ordering::Relaxed);
        Ok(place)
    }
}

/// A call that waits for the next version. Its place is released when the wait ends for any reason.
pub(crate) struct Waiting {
    provider: Arc<RunningProvider>,
    until: Duration,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.provider.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
