//! Outages of a server under load: operations end in bounded time and with typed errors, no answered write is lost, and
//! none is made twice.

use crate::own::Own;
use crate::subject::pause;
use capwire_contracts::sql::{ErrorClass, Value};
use capwire_contracts_suite::Nobody;
use capwire_contracts_suite::sql::Client;
use capwire_provider::{Binding, BindingId, Provider, ProviderError};
use capwire_sql_postgres::SqlPostgres;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const WORKERS: usize = 4;
/// The timeout of the binding. An operation takes this long, and the time to wake up.
const TIMEOUT: Duration = Duration::from_millis(300);

/// The answers that the workers got, and the writes of unknown outcome.
#[derive(Default)]
struct Told {
    answered: BTreeSet<i64>,
    unknown: BTreeSet<i64>,
    refused: BTreeSet<i64>,
    slowest: Duration,
}

#[derive(Default)]
struct Progress {
    next: AtomicI64,
    answered: AtomicUsize,
    failed: AtomicUsize,
    is_over: AtomicBool,
}

struct Load {
    progress: Arc<Progress>,
    workers: JoinSet<Told>,
    provider: Arc<SqlPostgres>,
}

/// Returns the number of outages: 1, and 10 in full tests.
fn rounds() -> usize {
    let rounds: usize = capwire_scaffold::set_by_xtask("CAPWIRE_ROUNDS")
        .parse()
        .unwrap();
    rounds.div_ceil(5)
}

fn id() -> BindingId {
    BindingId {
        actor: "MACTOR".to_owned(),
        name: "default".to_owned(),
    }
}

impl Load {
    async fn start(server: &Own) -> Self {
        let provider = Arc::new(SqlPostgres::new());
        let url = format!(
            "postgres://capwire@{}/capwire?sslmode=disable",
            server.address()
        );
        let timeout = format!("{}ms", TIMEOUT.as_millis());
        let values = [("URL", &*url), ("TIMEOUT", "1m"), ("SCHEMA", "load")];
        let bind = async |values: &[(&str, &str)]| {
            let binding = Binding {
                id: id(),
                config: values.iter().copied().collect(),
                actor: Arc::new(Nobody),
            };
            provider.bind(binding).await.unwrap();
        };
        bind(&values).await;
        let sql = Client::new(&*provider, id());
        let create = "CREATE TABLE written (id BIGINT PRIMARY KEY)";
        sql.execute(create, &[]).await.unwrap();
        bind(&[("URL", &*url), ("TIMEOUT", &*timeout), ("SCHEMA", "load")]).await;
        let progress = Arc::new(Progress::default());
        let mut workers = JoinSet::new();
        for _ in 0..WORKERS {
            workers.spawn(write(provider.clone(), progress.clone()));
        }
        Self {
            progress,
            workers,
            provider,
        }
    }

    async fn until_answered(&self) {
        let before = self.progress.answered.load(Ordering::SeqCst);
        while self.progress.answered.load(Ordering::SeqCst) <= before + WORKERS {
            pause().await;
        }
    }

    async fn until_failed(&self) {
        let before = self.progress.failed.load(Ordering::SeqCst);
        while self.progress.failed.load(Ordering::SeqCst) <= before + WORKERS {
            pause().await;
        }
    }

    /// Ends the workers, and compares what they were told with what the server has.
    async fn end(mut self, server: &Own) {
        self.progress.is_over.store(true, Ordering::SeqCst);
        let mut all = Told::default();
        while let Some(told) = self.workers.join_next().await {
            let told = told.unwrap();
            all.answered.extend(told.answered);
            all.unknown.extend(told.unknown);
            all.refused.extend(told.refused);
            all.slowest = all.slowest.max(told.slowest);
        }
        self.provider.unbind(&id()).await.unwrap();
        let server = server.direct("capwire").await.unwrap();
        // Also the connections of which the server has heard last.
        let open = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'capwire'";
        while server.query_one(open, &[]).await.unwrap().get::<_, i64>(0) > 0 {
            pause().await;
        }
        let rows = server
            .query("SELECT id FROM load.written", &[])
            .await
            .unwrap();
        let written: BTreeSet<i64> = rows.iter().map(|row| row.get(0)).collect();
        let told = format!(
            "{} written, {} answered, {} unknown, {} refused; the slowest took {:?}",
            written.len(),
            all.answered.len(),
            all.unknown.len(),
            all.refused.len(),
            all.slowest
        );
        assert!(all.answered.is_subset(&written), "lost: {told}");
        assert!(
            all.refused.is_disjoint(&written),
            "refused and written: {told}"
        );
        // Far more than a slow machine needs.
        assert!(all.slowest < TIMEOUT * 20, "{told}");
        eprintln!("{told}");
    }
}

/// Writes numbers, each once, until the load is over.
async fn write(provider: Arc<SqlPostgres>, progress: Arc<Progress>) -> Told {
    let mut told = Told::default();
    let sql = Client::new(&*provider, id());
    while !progress.is_over.load(Ordering::SeqCst) {
        let number = progress.next.fetch_add(1, Ordering::SeqCst);
        let begin = Instant::now();
        let insert = sql.execute("INSERT INTO written VALUES ($1)", &[Value::Integer(number)]);
        let answer = insert.await;
        told.slowest = told.slowest.max(begin.elapsed());
        match answer {
            Ok(_) => {
                told.answered.insert(number);
                progress.answered.fetch_add(1, Ordering::SeqCst);
            }
            Err(failure) => {
                match is_unknown(&failure) {
                    true => told.unknown.insert(number),
                    false => told.refused.insert(number),
                };
                progress.failed.fetch_add(1, Ordering::SeqCst);
                pause().await;
            }
        }
    }
    told
}

/// Returns true if the write may have taken effect.
fn is_unknown(failure: &ProviderError) -> bool {
    let text = failure.to_string();
    let class = ErrorClass::of(&text);
    let expected = [ErrorClass::Database, ErrorClass::Limit, ErrorClass::Busy];
    assert!(
        class.is_some_and(|class| expected.contains(&class)),
        "{text}"
    );
    text.contains("may or may not")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_killed_and_started_again() {
    let mut server = Own::start().await;
    let load = Load::start(&server).await;
    for _ in 0..rounds() {
        load.until_answered().await;
        server.kill();
        load.until_failed().await;
        server.restart().await;
        let back = Instant::now();
        load.until_answered().await;
        eprintln!("back after {:?}", back.elapsed());
    }
    load.end(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_stopped_and_goes_on_and_ends_connections() {
    let server = Own::start().await;
    let load = Load::start(&server).await;
    for _ in 0..rounds() {
        load.until_answered().await;
        server.signal("STOP");
        load.until_failed().await;
        server.signal("CONT");
        let back = Instant::now();
        load.until_answered().await;
        eprintln!("back after {:?}", back.elapsed());
    }
    let direct = server.direct("capwire").await.unwrap();
    for _ in 0..20 {
        let end =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'capwire'";
        direct.query(end, &[]).await.unwrap();
        load.until_answered().await;
    }
    load.end(&server).await;
}
