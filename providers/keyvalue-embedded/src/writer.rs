//! The writer thread. It commits all waiting writes together, with one `fdatasync`.

use crate::change::{Change, Rows};
use crate::clock::{Clock, Moment};
use crate::error::{Failure, OpenError};
use crate::storage::{Check, Storage};
use crate::waiting::{Place, Waiting};
use capwire_provider::{Call, WorkToken};
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
type Outcome = Result<i32, Failure>;

/// A handle to the writer thread. If it is dropped, queued writes are still written.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
    waiting: Waiting,
}

struct Request {
    change: Change,
    token: WorkToken,
    reply: oneshot::Sender<Outcome>,
    /// Held until the write is answered.
    _place: Place,
}

impl Writer {
    pub(crate) fn start(storage: Arc<Storage>, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let (queue, requests) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("keyvalue-writer".to_owned())
            .spawn(move || run(requests, &storage, &*clock))
            .map_err(OpenError::Writer)?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            waiting: Waiting::default(),
        })
    }

    /// Applies a change for `call`. Returns when it is on disk or has failed. A queued change may
    /// take effect even if nobody waits for it any more.
    pub(crate) async fn write(&self, call: &Call<'_>, change: Change) -> Result<i32, Failure> {
        let queue = self.queue.as_ref().ok_or(Failure::Stopped)?;
        let place = self.waiting.admit(&call.binding.actor, change.size())?;
        let (reply, answer) = oneshot::channel();
        let request = Request {
            change,
            token: call.token(),
            reply,
            _place: place,
        };
        queue.send(request).await.map_err(|_| Failure::Stopped)?;
        answer.await.map_err(|_| Failure::Stopped)?
    }

    /// Returns the number of writes that wait for the thread.
    #[cfg(test)]
    fn queued(&self) -> usize {
        self.queue
            .as_ref()
            .map_or(0, |queue| QUEUE - queue.capacity())
    }
}

/// Waits for the thread, so that the file is closed afterwards.
impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the writer of the key-value store had panicked");
        }
    }
}

fn run(mut requests: mpsc::Receiver<Request>, storage: &Storage, clock: &dyn Clock) {
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
    fn gather(&self, requests: &mut mpsc::Receiver<Request>, batch: &mut Vec<Request>) {
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

fn commit(
    storage: &Storage,
    reopen: Option<Check>,
    batch: &[Request],
    now: Moment,
) -> Result<Vec<Outcome>, Failure> {
    if let Some(check) = reopen {
        storage.reopen(check)?;
    }
    write_all(&*storage.current()?, batch, now)
}

/// Writes the whole batch in one transaction. Returns when it is on disk.
fn write_all(database: &Database, batch: &[Request], now: Moment) -> Result<Vec<Outcome>, Failure> {
    let calls = || batch.iter().map(|request| &request.token);
    let transaction = WorkToken::share(calls(), || database.begin_write())?;
    let outcomes = {
        let mut rows = WorkToken::share(calls(), || {
            let mut rows = Rows::open(&transaction, now)?;
            rows.sweep()?;
            Ok::<_, Failure>(rows)
        })?;
        batch
            .iter()
            .map(|request| alone(apply(&mut rows, request)))
            .collect::<Result<Vec<_>, _>>()?
    };
    WorkToken::share(calls(), || transaction.commit())?;
    Ok(outcomes)
}

/// Applies one change, if its caller still waits and may use the time.
fn apply(rows: &mut Rows<'_>, request: &Request) -> Result<i32, Failure> {
    let work = request.token.begin();
    work.check()?;
    rows.apply(&request.change, &work)
}

/// Separates a refused change, which fails alone, from a storage failure, which fails the whole
/// batch.
fn alone(applied: Result<i32, Failure>) -> Result<Outcome, Failure> {
    match applied {
        Ok(number) => Ok(Ok(number)),
        Err(own @ (Failure::Refused(_) | Failure::Ended(_))) => Ok(Err(own)),
        Err(failure) => Err(failure),
    }
}

/// Sends the results. A caller that no longer waits is not an error.
fn acknowledge(batch: &mut Vec<Request>, committed: Result<Vec<Outcome>, Failure>) {
    match committed {
        Ok(outcomes) => {
            for (request, outcome) in batch.drain(..).zip(outcomes) {
                let _ = request.reply.send(outcome);
            }
        }
        Err(failure) => {
            tracing::error!(%failure, writes = batch.len(), "writes failed");
            for request in batch.drain(..) {
                let _ = request.reply.send(Err(failure.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests;
