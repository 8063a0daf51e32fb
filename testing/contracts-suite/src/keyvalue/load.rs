//! Additions under load, while a server goes away and comes back.

use super::Client;
use capwire_provider::{BindingId, Provider, ProviderError};
use capwire_scaffold::eventually;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const WORKERS: usize = 16;
/// Workers that add to the key `hits` of a binding until they are told to end.
#[derive(Debug)]
pub struct Load {
    timeout: Duration,
    done: Arc<Done>,
    workers: JoinSet<(Vec<i32>, Duration)>,
}

#[derive(Debug, Default)]
struct Done {
    answered: AtomicUsize,
    /// The operations that may have taken effect.
    unknown: AtomicUsize,
    /// The operations without effect.
    refused: AtomicUsize,
    is_over: AtomicBool,
}

impl Done {
    fn answered(&self) -> usize {
        self.answered.load(Ordering::SeqCst)
    }

    fn failed(&self) -> usize {
        self.unknown.load(Ordering::SeqCst) + self.refused.load(Ordering::SeqCst)
    }

    fn count(&self, failure: &ProviderError) {
        let text = failure.to_string();
        assert!(
            matches!(failure, ProviderError::Unavailable { .. }),
            "{text}"
        );
        if text.contains("may or may not") {
            self.unknown.fetch_add(1, Ordering::SeqCst);
        } else {
            assert!(text.contains("nothing was changed"), "{text}");
            self.refused.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Load {
    /// Starts the workers. `timeout` is the time after which an operation of the binding has to fail.
    #[must_use]
    pub fn start(store: &Arc<dyn Provider>, id: &BindingId, timeout: Duration) -> Self {
        let done = Arc::new(Done::default());
        let mut workers = JoinSet::new();
        for _ in 0..WORKERS {
            workers.spawn(add(store.clone(), id.clone(), done.clone()));
        }
        Self {
            timeout,
            done,
            workers,
        }
    }

    /// Waits until the workers get answers.
    pub fn until_answered(&self) {
        let before = self.done.answered();
        eventually("operations work", || {
            self.done.answered() > before + WORKERS
        });
    }

    /// Waits until the workers get errors.
    pub fn until_failed(&self) {
        let before = self.done.failed();
        eventually("operations fail", || self.done.failed() > before + WORKERS);
    }

    /// Ends the workers, and compares what they were told with the value that the server has then. An operation took
    /// effect once if it was answered, at most once if the error says so, and never otherwise.
    pub async fn end(mut self, value: impl AsyncFnOnce() -> usize) {
        self.done.is_over.store(true, Ordering::SeqCst);
        let (mut sums, mut slowest) = (Vec::new(), Duration::ZERO);
        while let Some(worker) = self.workers.join_next().await {
            let (some, time) = worker.unwrap();
            sums.extend(some);
            slowest = slowest.max(time);
        }
        let count = sums.len();
        sums.sort_unstable();
        sums.dedup();
        assert_eq!(sums.len(), count, "two operations got one sum");
        let unknown = self.done.unknown.load(Ordering::SeqCst);
        let value = value().await;
        let told = format!("{value} of {count} and at most {unknown}");
        assert!((count..=count + unknown).contains(&value), "{told}");
        // Far more than a slow machine needs.
        assert!(slowest < self.timeout * 20, "an operation took {slowest:?}");
        eprintln!("{told}; the slowest took {slowest:?}");
    }
}

/// Adds until the load is over. Returns the sums, and the time of the slowest operation.
async fn add(store: Arc<dyn Provider>, id: BindingId, done: Arc<Done>) -> (Vec<i32>, Duration) {
    let (mut sums, mut slowest) = (Vec::new(), Duration::ZERO);
    let kv = Client::new(&*store, id);
    while !done.is_over.load(Ordering::SeqCst) {
        let begin = Instant::now();
        let answer = kv.add("hits", 1).await;
        slowest = slowest.max(begin.elapsed());
        match answer {
            Ok(sum) => {
                sums.push(sum);
                done.answered.fetch_add(1, Ordering::SeqCst);
            }
            Err(failure) => done.count(&failure),
        }
    }
    (sums, slowest)
}
