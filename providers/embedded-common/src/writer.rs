//! The writer thread. It commits all waiting writes together, with one `fdatasync`.

use crate::clock::{Clock, Moment};
use crate::error::{Failure, OpenError};
use crate::file::Check;
use crate::schema::Schema;
use crate::storage::Storage;
use crate::waiting::{Place, Waiting};
use capwire_provider::WorkToken;
use redb::Database;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// The most writes that may wait. Further callers wait for a place.
const QUEUE: usize = 1024;
/// The most writes in one commit, so that none waits for ever.
const BATCH: usize = 1024;

/// The result of a write that did not fail the whole batch.
type Outcome<S> = Result<<S as Schema>::Answer, Failure>;

/// A handle to the writer thread. If it is dropped, queued writes are still written.
pub struct Writer<S: Schema> {
    queue: Option<mpsc::Sender<Request<S>>>,
    thread: Option<JoinHandle<()>>,
    waiting: Waiting,
}

struct Request<S: Schema> {
    change: S::Change,
    token: WorkToken,
    reply: oneshot::Sender<Outcome<S>>,
    /// Held until the write is answered.
    _place: Place,
}

impl<S: Schema> Writer<S> {
    pub(crate) fn start(storage: Arc<Storage>, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let (queue, requests) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name(format!("{}-writer", S::NAME))
            .spawn(move || run::<S>(requests, &storage, &*clock))
            .map_err(OpenError::Writer)?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            waiting: Waiting::default(),
        })
    }

    /// Applies a change for `actor`, at the cost of `token`. Returns when it is on disk or has failed.
    /// A queued change may take effect even if nobody waits for it any more.
    ///
    /// # Errors
    /// Returns [`Failure::Refused`] if the change is wrong, [`Failure::QueueFull`] if too many bytes
    /// wait, and other failures if it may or may not have taken effect.
    pub async fn write(
        &self,
        actor: &str,
        token: WorkToken,
        change: S::Change,
    ) -> Result<S::Answer, Failure> {
        let queue = self.queue.as_ref().ok_or(Failure::Stopped)?;
        let place = self.waiting.admit(actor, S::size(&change))?;
        let (reply, answer) = oneshot::channel();
        let request = Request {
            change,
            token,
            reply,
            _place: place,
        };
        queue.send(request).await.map_err(|_| Failure::Stopped)?;
        answer.await.map_err(|_| Failure::Stopped)?
    }

    /// Returns the number of writes that wait for the thread.
    #[cfg(feature = "testing")]
    pub fn queued(&self) -> usize {
        self.queue
            .as_ref()
            .map_or(0, |queue| QUEUE - queue.capacity())
    }
}

/// Waits for the thread, so that the file is closed afterwards.
impl<S: Schema> Drop for Writer<S> {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!(store = S::NAME, "the writer of a store had panicked");
        }
    }
}

fn run<S: Schema>(mut requests: mpsc::Receiver<Request<S>>, storage: &Storage, clock: &dyn Clock) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut pace = Pace::default();
    let mut reopen = None;
    while requests.blocking_recv_many(&mut batch, BATCH) > 0 {
        pace.gather(&mut requests, &mut batch);
        let begun = Instant::now();
        let committed = caught(|| commit(storage, reopen, &batch, Moment::of(clock)));
        pace.learn(begun.elapsed(), batch.len() + requests.len());
        reopen = committed
            .as_ref()
            .err()
            .map(|failure| check_after(failure, reopen));
        acknowledge(&mut batch, committed);
    }
    drop(batch);
    storage.close();
}

/// Returns the result of `commit`. It panics if the file changed under it.
fn caught<T>(commit: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    // Nothing that it changed is used again: the database is opened anew.
    catch_unwind(AssertUnwindSafe(commit)).unwrap_or(Err(Failure::Panicked))
}

/// Returns the check with which the storage must be opened again after a failed commit. `before` is
/// the check that was due already.
fn check_after(failure: &Failure, before: Option<Check>) -> Check {
    match (failure, before) {
        (Failure::Panicked, _) | (_, Some(Check::WholeFile)) => Check::WholeFile,
        _ => Check::Recovery,
    }
}

/// The time that the next commit waits for more writes. Callers that were just answered tend to write again
/// at once; a commit without them would make every other one half empty. A lone caller never waits.
#[derive(Default)]
struct Pace {
    /// The most callers that were seen at once.
    callers: usize,
    /// The maximum time to wait: a quarter of the time of a commit.
    patience: Duration,
}

impl Pace {
    fn gather<T>(&self, requests: &mut mpsc::Receiver<T>, batch: &mut Vec<T>) {
        let callers = self.callers.min(BATCH);
        let begun = Instant::now();
        while batch.len() < callers && begun.elapsed() < self.patience {
            match requests.try_recv() {
                Ok(request) => batch.push(request),
                Err(_) => thread::yield_now(),
            }
        }
    }

    fn learn(&mut self, commit: Duration, callers: usize) {
        self.callers = callers;
        self.patience = commit / 4;
    }
}

fn commit<S: Schema>(
    storage: &Storage,
    reopen: Option<Check>,
    batch: &[Request<S>],
    now: Moment,
) -> Result<Vec<Outcome<S>>, Failure> {
    if let Some(check) = reopen {
        storage.reopen(check)?;
    }
    write_all(&*storage.current()?, batch, now)
}

/// Writes the whole batch in one transaction. Returns when it is on disk.
fn write_all<S: Schema>(
    database: &Database,
    batch: &[Request<S>],
    now: Moment,
) -> Result<Vec<Outcome<S>>, Failure> {
    let calls = || batch.iter().map(|request| &request.token);
    let transaction = WorkToken::share(calls(), || database.begin_write())?;
    let outcomes = {
        let mut rows = WorkToken::share(calls(), || {
            let mut rows = S::rows(&transaction, now)?;
            S::sweep(&mut rows)?;
            Ok::<_, Failure>(rows)
        })?;
        batch
            .iter()
            .map(|request| alone(apply::<S>(&mut rows, request)))
            .collect::<Result<Vec<_>, _>>()?
    };
    WorkToken::share(calls(), || transaction.commit())?;
    S::committed(&mut batch.iter().map(|request| &request.change));
    Ok(outcomes)
}

/// Applies one change, if its caller still waits and may use the time.
fn apply<S: Schema>(rows: &mut S::Rows<'_>, request: &Request<S>) -> Outcome<S> {
    let work = request.token.begin();
    work.check()?;
    S::apply(rows, &request.change, &work)
}

/// Separates a refused change, which fails alone, from a storage failure, which fails the whole
/// batch.
fn alone<A>(applied: Result<A, Failure>) -> Result<Result<A, Failure>, Failure> {
    match applied {
        Ok(answer) => Ok(Ok(answer)),
        Err(own @ (Failure::Refused(_) | Failure::Ended(_))) => Ok(Err(own)),
        Err(failure) => Err(failure),
    }
}

/// Sends the results. A caller that no longer waits is not an error.
fn acknowledge<S: Schema>(
    batch: &mut Vec<Request<S>>,
    committed: Result<Vec<Outcome<S>>, Failure>,
) {
    match committed {
        Ok(outcomes) => {
            for (request, outcome) in batch.drain(..).zip(outcomes) {
                let _ = request.reply.send(outcome);
            }
        }
        Err(failure) => {
            tracing::error!(store = S::NAME, %failure, writes = batch.len(), "writes failed");
            for request in batch.drain(..) {
                let _ = request.reply.send(Err(failure.clone()));
            }
        }
    }
}
