//! Outages of a server under load: operations end in bounded time and with typed errors, no answered write is lost, and
//! none is made twice.

use crate::own::Own;
use crate::proxy::Proxy;
use capwire_contracts_suite::Nobody;
use capwire_contracts_suite::keyvalue::Client;
use capwire_keyvalue_redis::KeyValueRedis;
use capwire_provider::{Binding, BindingId, Provider, ProviderError};
use capwire_scaffold::eventually;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const WORKERS: usize = 16;
/// The timeout of the binding. An operation takes this long, and the time to wake up.
const TIMEOUT: Duration = Duration::from_millis(300);

/// Workers that add until they are told to end.
struct Load {
    done: Arc<Done>,
    workers: JoinSet<(Vec<i32>, Duration)>,
}

#[derive(Default)]
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
    fn start(store: &Arc<KeyValueRedis>) -> Self {
        let done = Arc::new(Done::default());
        let mut workers = JoinSet::new();
        for _ in 0..WORKERS {
            workers.spawn(add(store.clone(), done.clone()));
        }
        Self { done, workers }
    }

    /// Waits until the workers get answers.
    fn until_answered(&self) {
        let before = self.done.answered();
        eventually("operations work", || {
            self.done.answered() > before + WORKERS
        });
    }

    /// Waits until the workers get errors.
    fn until_failed(&self) {
        let before = self.done.failed();
        eventually("operations fail", || self.done.failed() > before + WORKERS);
    }

    /// Ends the workers, and compares what they were told with what the server has.
    async fn end(mut self, server: &Own) {
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
        let value = usize::try_from(server.get("hits").unwrap()).unwrap();
        let told = format!("{value} of {count} and at most {unknown}");
        assert!((count..=count + unknown).contains(&value), "{told}");
        // Far more than a slow machine needs.
        assert!(slowest < TIMEOUT * 20, "an operation took {slowest:?}");
        eprintln!("{told}; the slowest took {slowest:?}");
    }
}

/// Adds until the load is over. Returns the sums, and the time of the slowest operation.
async fn add(store: Arc<KeyValueRedis>, done: Arc<Done>) -> (Vec<i32>, Duration) {
    let (mut sums, mut slowest) = (Vec::new(), Duration::ZERO);
    let kv = Client::new(&*store, id());
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

fn id() -> BindingId {
    BindingId {
        actor: "MACTOR".to_owned(),
        name: "default".to_owned(),
    }
}

/// Binds an actor to a server through a proxy.
async fn bind(proxy: &Proxy) -> Arc<KeyValueRedis> {
    let store = Arc::new(KeyValueRedis::new());
    let (url, timeout) = (proxy.url(), format!("{}ms", TIMEOUT.as_millis()));
    let values = [("URL", &*url), ("PREFIX", ""), ("TIMEOUT", &*timeout)];
    let binding = Binding {
        id: id(),
        config: values.into_iter().collect(),
        actor: Arc::new(Nobody),
    };
    store.bind(binding).await.unwrap();
    store
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_killed_and_started_again() {
    let mut server = Own::start();
    let proxy = Proxy::to_socket(&server.socket()).await;
    let load = Load::start(&bind(&proxy).await);
    for _ in 0..3 {
        load.until_answered();
        server.kill();
        load.until_failed();
        server.restart();
        let back = Instant::now();
        load.until_answered();
        eprintln!("back after {:?}", back.elapsed());
    }
    load.end(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_stopped_and_goes_on() {
    let server = Own::start();
    let proxy = Proxy::to_socket(&server.socket()).await;
    let load = Load::start(&bind(&proxy).await);
    for _ in 0..3 {
        load.until_answered();
        server.signal("STOP");
        load.until_failed();
        server.signal("CONT");
        let back = Instant::now();
        load.until_answered();
        eprintln!("back after {:?}", back.elapsed());
    }
    load.end(&server).await;
}

/// The name of a server may lead to another one after a failover.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_becomes_a_replica_is_connected_again() {
    let server = Own::start();
    let proxy = Proxy::to_socket(&server.socket()).await;
    let store = bind(&proxy).await;
    let kv = Client::new(&*store, id());
    assert_eq!(kv.add("hits", 1).await.unwrap(), 1);
    server.replicate(["127.0.0.1", "1"]);
    let error = kv.add("hits", 1).await.unwrap_err().to_string();
    assert!(
        error.contains("READONLY") && error.contains("primary"),
        "{error}"
    );
    eventually("it connects again", || proxy.accepted() > 1);
    server.replicate(["NO", "ONE"]);
    while kv.add("hits", 0).await.is_err() {}
    assert_eq!(kv.get("hits").await.unwrap().as_deref(), Some("1"));
}
