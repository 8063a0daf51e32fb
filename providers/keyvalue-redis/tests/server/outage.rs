//! Outages of a server under load: operations end in bounded time and with typed errors, no answered write is lost, and
//! none is made twice.

use capwire_contracts_suite::Nobody;
use capwire_contracts_suite::keyvalue::{Client, Load};
use capwire_keyvalue_redis::KeyValueRedis;
use capwire_provider::{Binding, BindingId, Provider};
use capwire_redis_server::{Own, Proxy};
use capwire_scaffold::eventually;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The timeout of the binding. An operation takes this long, and the time to wake up.
const TIMEOUT: Duration = Duration::from_millis(300);

fn id() -> BindingId {
    BindingId {
        actor: "MACTOR".to_owned(),
        name: "default".to_owned(),
    }
}

/// Binds an actor to a server through a proxy.
async fn bind(proxy: &Proxy) -> Arc<dyn Provider> {
    let store: Arc<dyn Provider> = Arc::new(KeyValueRedis::new());
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

fn hits(server: &Own) -> usize {
    let mut get = redis::cmd("GET");
    get.arg("hits")
        .query(&mut server.connection().unwrap())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_killed_and_started_again() {
    let mut server = Own::start();
    let proxy = Proxy::to_socket(&server.socket()).await;
    let load = Load::start(&bind(&proxy).await, &id(), TIMEOUT);
    for _ in 0..3 {
        load.until_answered();
        server.kill();
        load.until_failed();
        server.restart();
        let back = Instant::now();
        load.until_answered();
        eprintln!("back after {:?}", back.elapsed());
    }
    load.end(async || hits(&server)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_stopped_and_goes_on() {
    let server = Own::start();
    let proxy = Proxy::to_socket(&server.socket()).await;
    let load = Load::start(&bind(&proxy).await, &id(), TIMEOUT);
    for _ in 0..3 {
        load.until_answered();
        server.signal("STOP");
        load.until_failed();
        server.signal("CONT");
        let back = Instant::now();
        load.until_answered();
        eprintln!("back after {:?}", back.elapsed());
    }
    load.end(async || hits(&server)).await;
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
