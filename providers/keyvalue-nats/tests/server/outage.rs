//! Outages of a server under load: operations end in bounded time and with typed errors, no answered write is lost, and
//! none is made twice.

use capwire_contracts_suite::Nobody;
use capwire_contracts_suite::keyvalue::{Client, Load};
use capwire_keyvalue_nats::KeyValueNats;
use capwire_nats_server::{Own, Proxy};
use capwire_provider::{Binding, BindingId, Provider};
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
    let store: Arc<dyn Provider> = Arc::new(KeyValueNats::new());
    let (url, timeout) = (proxy.url(), format!("{}ms", TIMEOUT.as_millis()));
    let values = [
        ("URL", &*url),
        ("TIMEOUT", &*timeout),
        ("CONNECT_TIMEOUT", "1m"),
    ];
    let binding = Binding {
        id: id(),
        config: values.into_iter().collect(),
        actor: Arc::new(Nobody),
    };
    store.bind(binding).await.unwrap();
    store
}

/// Returns the value after the load, when the server answers.
async fn hits(store: &Arc<dyn Provider>) -> usize {
    let kv = Client::new(&**store, id());
    loop {
        if let Ok(value) = kv.get("hits").await {
            return value.unwrap().parse().unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_killed_and_started_again() {
    let mut server = Own::with_jetstream();
    let proxy = Proxy::start(&server).await;
    let store = bind(&proxy).await;
    let load = Load::start(&store, &id(), TIMEOUT);
    for _ in 0..3 {
        load.until_answered();
        server.kill();
        load.until_failed();
        server.restart();
        proxy.lead_to(&server);
        let back = Instant::now();
        load.until_answered();
        eprintln!("back after {:?}", back.elapsed());
    }
    load.end(async || hits(&store).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_stopped_and_goes_on() {
    let server = Own::with_jetstream();
    let proxy = Proxy::start(&server).await;
    let store = bind(&proxy).await;
    let load = Load::start(&store, &id(), TIMEOUT);
    for _ in 0..3 {
        load.until_answered();
        server.signal("STOP");
        load.until_failed();
        server.signal("CONT");
        let back = Instant::now();
        load.until_answered();
        eprintln!("back after {:?}", back.elapsed());
    }
    load.end(async || hits(&store).await).await;
}
