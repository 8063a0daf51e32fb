//! The instances of one generation of an actor, leased by value to one call each.
//!
//! A call takes an instance out of the pool and gives it back when it ends. A call that is dropped,
//! or whose guest did not survive, gives no instance back. So no instance serves two calls at once,
//! and none is used after a fault.

mod disposal;
mod gauge;
mod lease;
mod making;
mod starter;
mod waits;

pub(crate) use disposal::dispose;
pub(crate) use lease::Lease;
pub(crate) use starter::Starter;
pub(crate) use waits::Waits;

use crate::clock::{Budget, Clock};
use crate::error::StartFault;
use crate::id::PoolId;
use crate::report::PoolInfo;
use gauge::Gauge;
use lease::Slot;
use scopeguard::ScopeGuard;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, watch};

/// The number of instances, the calls that each serves, and the length of the queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) instances: usize,
    pub(crate) calls: u64,
    pub(crate) queue: usize,
}

/// A pool and its queue.
pub(crate) struct Pool {
    id: PoolId,
    size: Size,
    /// Freed on a thread that may block, like instances, because a module's code can be large.
    starter: ScopeGuard<Starter, fn(Starter)>,
    places: Arc<Semaphore>,
    /// Bounds the threads that create instances, so that other actors get theirs.
    makers: Arc<Semaphore>,
    idle: Mutex<Vec<Slot>>,
    waiting: AtomicUsize,
    stopped: watch::Sender<bool>,
    gauge: Gauge,
    clock: Arc<dyn Clock>,
}

/// The reason why a call gets no instance.
#[derive(Debug)]
pub(crate) enum NoInstance {
    /// The pool is closed.
    Closed,
    /// All instances are busy and the queue is full.
    Full { retry_after: Duration },
    /// The call would wait for a call that waits for it.
    Circle,
    /// A new instance could not be started.
    Start(StartFault),
}

impl Pool {
    /// Returns a pool with one instance, which proves that the module can start.
    pub(crate) async fn start(
        id: PoolId,
        size: Size,
        starter: Starter,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, StartFault> {
        let pool = Self {
            id,
            size,
            starter: scopeguard::guard(starter, dispose),
            places: Arc::new(Semaphore::new(size.instances)),
            makers: Arc::new(Semaphore::new(making::at_once())),
            idle: Mutex::default(),
            waiting: AtomicUsize::new(0),
            stopped: watch::Sender::new(false),
            gauge: Gauge::default(),
            clock,
        };
        // Closed if its future is dropped, so that nothing goes on.
        let pool = scopeguard::guard(Arc::new(pool), |pool| pool.close());
        if let Ok(place) = Arc::clone(&pool.places).try_acquire_owned() {
            drop(pool.make(place, Budget::default()).await?);
        }
        Ok(ScopeGuard::into_inner(pool))
    }

    pub(crate) fn id(&self) -> PoolId {
        self.id
    }

    /// Leases an instance to a call whose chain holds instances of the pools `held`. Waits if all
    /// are busy. The work for an instance that is created or freed for the call is charged to `payer`.
    pub(crate) async fn checkout(
        self: &Arc<Self>,
        held: impl Iterator<Item = PoolId>,
        waits: &Waits,
        payer: &Budget,
    ) -> Result<Lease, NoInstance> {
        let place = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => place,
            Err(TryAcquireError::Closed) => return Err(NoInstance::Closed),
            Err(TryAcquireError::NoPermits) => self.queue(held, waits).await?,
        };
        match self.take_idle() {
            Some(slot) => Ok(Lease::new(Arc::clone(self), slot, place, payer.clone())),
            None => self
                .make(place, payer.clone())
                .await
                .map_err(NoInstance::Start),
        }
    }

    /// Stops the calls that are still running or waiting, and frees all instances.
    pub(crate) fn close(&self) {
        self.places.close();
        self.stopped.send_replace(true);
        dispose(mem::take(&mut *self.lock_idle()));
    }

    /// Waits until the remaining calls must end.
    pub(crate) async fn stopped(&self) {
        // The sender is a field of this pool, so it cannot be gone.
        let _ = self.stopped.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// Returns the current state of the pool.
    pub(crate) fn info(&self) -> PoolInfo {
        PoolInfo {
            instances: self.size.instances,
            idle: self.lock_idle().len(),
            busy: self.busy(),
            waiting: self.waiting.load(Ordering::Relaxed),
            calls: self.gauge.calls(),
            started: self.gauge.started(),
        }
    }

    fn busy(&self) -> usize {
        let free = self.places.available_permits();
        self.size.instances.saturating_sub(free)
    }

    async fn queue(
        &self,
        held: impl Iterator<Item = PoolId>,
        waits: &Waits,
    ) -> Result<OwnedSemaphorePermit, NoInstance> {
        let _place = self.join_queue()?;
        let _wait = waits
            .enter(held.collect(), self.id)
            .ok_or(NoInstance::Circle)?;
        Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(|_| NoInstance::Closed)
    }

    fn join_queue(&self) -> Result<InQueue<'_>, NoInstance> {
        let place = InQueue(&self.waiting);
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        if before < self.size.queue {
            return Ok(place);
        }
        Err(NoInstance::Full {
            retry_after: self.gauge.wait(before + 1, self.size.instances),
        })
    }

    fn take_idle(&self) -> Option<Slot> {
        self.lock_idle().pop()
    }

    /// The instance used last is taken first, because its memory is still in the caches.
    fn put_idle(&self, slot: Slot) {
        let mut idle = self.lock_idle();
        // Nobody empties it again after it was closed.
        match self.is_closed() {
            true => dispose(slot),
            false => idle.push(slot),
        }
    }

    fn is_closed(&self) -> bool {
        self.places.is_closed()
    }

    fn lock_idle(&self) -> std::sync::MutexGuard<'_, Vec<Slot>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
    }
}

/// A place in the queue, released when the wait ends for any reason.
struct InQueue<'p>(&'p AtomicUsize);

impl Drop for InQueue<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
