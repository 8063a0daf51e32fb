//! Blocking work for calls, on a bounded number of threads with a fair share for each actor.

use crate::provider::Call;
use crate::work::{Work, WorkEnded, WorkToken};
use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::available_parallelism;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

/// The number of shares that the default pool has threads for.
const SHARES: usize = 4;

/// Runs blocking work for calls: reads of a disk, long computations, libraries without `async`.
///
/// At most `threads` work at once, and at most a share of them for one actor, so an actor that
/// floods its provider waits for itself and not before others. Work whose caller has gone ends at
/// its next [step](Work::step), and occupies its thread until then.
///
/// ```
/// use bytes::Bytes;
/// use capwire_provider::{BlockingPool, Call, ProviderError, WorkEnded};
///
/// async fn sum(pool: &BlockingPool, call: Call<'_>) -> Result<Bytes, ProviderError> {
///     let numbers: Vec<u32> = call.message()?;
///     let sum = pool.run(&call, move |work| {
///         let mut sum = 0;
///         for number in numbers {
///             work.step()?;
///             sum += u64::from(number);
///         }
///         Ok::<_, WorkEnded>(sum)
///     });
///     call.reply(&sum.await?)
/// }
/// # use capwire_provider::BindingId;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ProviderError> {
/// # let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
/// # let payload = capwire_contracts::codec::encode(&[1_u32, 2, 3]).unwrap();
/// # let answer = sum(&BlockingPool::default(), Call::new(&id, "Sum", &payload)).await?;
/// # assert_eq!(answer, [6_u8][..]);
/// # Ok(())
/// # }
/// ```
pub struct BlockingPool {
    threads: Arc<Semaphore>,
    share: usize,
    actors: Mutex<Actors>,
}

/// The shares that are in use.
#[derive(Default)]
struct Actors {
    shares: HashMap<String, Weak<Semaphore>>,
    /// The number of entries at which unused ones are removed.
    sweep_at: usize,
}

impl BlockingPool {
    /// Returns a pool of at most `threads` threads, at most `share` of them for one actor.
    #[must_use]
    pub fn new(threads: NonZeroUsize, share: NonZeroUsize) -> Self {
        Self {
            threads: Arc::new(Semaphore::new(threads.get().min(Semaphore::MAX_PERMITS))),
            share: share.get().min(Semaphore::MAX_PERMITS),
            actors: Mutex::default(),
        }
    }

    /// Runs `work` for `call` on a thread that may block, and returns its result. Waits if all
    /// threads, or all of the actor's share, are busy.
    ///
    /// If this future is dropped, the work ends at its next [step](Work::step), and its result is
    /// dropped. A panic in the work is a panic of this future.
    ///
    /// # Errors
    /// Returns the error of `work`, or [`WorkEnded::GivenUp`] if the runtime ends.
    pub async fn run<R, E>(
        &self,
        call: &Call<'_>,
        work: impl FnOnce(&Work) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<WorkEnded> + Send + 'static,
    {
        let places = self.places(&call.binding.actor).await?;
        let given_up = GiveUpOnDrop(call.token());
        let token = given_up.0.clone();
        let done = spawn_blocking(move || {
            let working = token.begin();
            working.check()?;
            let result = work(&working);
            drop((working, places));
            result
        });
        match done.await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(WorkEnded::GivenUp.into()),
            },
        }
    }

    /// Takes a place of the actor's share, and then one of the pool, so that an actor's calls
    /// beyond its share do not wait before those of others.
    async fn places(&self, actor: &str) -> Result<[OwnedSemaphorePermit; 2], WorkEnded> {
        let share = self.share_of(actor).acquire_owned().await;
        let thread = Arc::clone(&self.threads).acquire_owned().await;
        match (share, thread) {
            (Ok(share), Ok(thread)) => Ok([share, thread]),
            // Nobody closes them.
            _ => Err(WorkEnded::GivenUp),
        }
    }

    fn share_of(&self, actor: &str) -> Arc<Semaphore> {
        let mut actors = self.actors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = actors.shares.get(actor).and_then(Weak::upgrade) {
            return share;
        }
        let share = Arc::new(Semaphore::new(self.share));
        actors.insert(actor, &share);
        share
    }
}

impl Actors {
    fn insert(&mut self, actor: &str, share: &Arc<Semaphore>) {
        if self.shares.len() >= self.sweep_at {
            self.shares.retain(|_, share| share.strong_count() > 0);
            self.sweep_at = 2 * self.shares.len().max(32);
        }
        self.shares.insert(actor.to_owned(), Arc::downgrade(share));
    }
}

impl Default for BlockingPool {
    /// Returns a pool that gives each actor a thread for each core, and has four times as many.
    fn default() -> Self {
        let share = available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let shares = NonZeroUsize::MIN.saturating_add(SHARES - 1);
        Self::new(share.saturating_mul(shares), share)
    }
}

impl fmt::Debug for BlockingPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingPool")
            .field("free_threads", &self.threads.available_permits())
            .field("share", &self.share)
            .finish_non_exhaustive()
    }
}

/// Gives the work up when the call is dropped.
struct GiveUpOnDrop(WorkToken);

impl Drop for GiveUpOnDrop {
    fn drop(&mut self) {
        self.0.give_up();
    }
}

#[cfg(test)]
mod tests {
    use super::BlockingPool;
    use crate::provider::{BindingId, Call};
    use crate::work::WorkEnded;
    use std::future::Future;
    use std::num::NonZeroUsize;
    use std::pin::{Pin, pin};
    use std::sync::mpsc;
    use std::task::{Context, Poll, Waker};

    type Result = std::result::Result<u32, WorkEnded>;

    fn id(actor: &str) -> BindingId {
        BindingId {
            actor: actor.to_owned(),
            name: "default".to_owned(),
        }
    }

    fn pool(threads: usize, share: usize) -> BlockingPool {
        let count = |count| NonZeroUsize::new(count).unwrap();
        BlockingPool::new(count(threads), count(share))
    }

    fn begin(future: Pin<&mut impl Future>) {
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(future.poll(&mut context), Poll::Pending));
    }

    #[tokio::test]
    async fn work_beyond_an_actors_share_waits_for_that_actor_and_not_before_others() {
        let (pool, one, two) = (pool(2, 1), id("MONE"), id("MTWO"));
        let (release, released) = mpsc::channel::<()>();
        let of_one = Call::new(&one, "Get", b"");
        let mut first = pin!(pool.run(&of_one, move |_| {
            let _ = released.recv();
            Result::Ok(1)
        }));
        begin(first.as_mut());
        let mut second = pin!(pool.run(&of_one, |_| Result::Ok(2)));
        begin(second.as_mut());
        let of_two = Call::new(&two, "Get", b"");
        assert_eq!(pool.run(&of_two, |_| Result::Ok(3)).await, Ok(3));
        begin(second.as_mut());
        release.send(()).unwrap();
        assert_eq!((first.await, second.await), (Ok(1), Ok(2)));
    }

    #[tokio::test]
    async fn work_ends_when_its_call_is_dropped_and_frees_its_thread_only_then() {
        let (pool, actor) = (pool(1, 1), id("MONE"));
        let call = Call::new(&actor, "Get", b"");
        let (begun, beginning) = mpsc::channel();
        let (ended, end) = mpsc::channel();
        {
            let mut endless = pin!(pool.run(&call, move |work| {
                begun.send(()).unwrap();
                let error = loop {
                    if let Err(error) = work.step() {
                        break error;
                    }
                };
                ended.send(error).unwrap();
                Result::Err(error)
            }));
            begin(endless.as_mut());
            beginning.recv().unwrap();
        }
        assert_eq!(pool.run(&call, |_| Result::Ok(1)).await, Ok(1));
        assert_eq!(end.try_recv(), Ok(WorkEnded::GivenUp));
    }

    #[tokio::test]
    async fn shares_of_actors_without_work_are_forgotten() {
        let pool = pool(2, 1);
        for actor in 0..1_000 {
            let id = id(&actor.to_string());
            let call = Call::new(&id, "Get", b"");
            pool.run(&call, |_| Result::Ok(1)).await.unwrap();
        }
        let known = pool.actors.lock().unwrap().shares.len();
        assert!(known <= 64, "{known} shares");
    }
}
