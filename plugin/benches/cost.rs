//! The cost of a `Get` through the interface: compiled in, from a library, and from a process of its own.
//!
//! `cargo build --release -p capwire-plugin --examples && cargo bench -p capwire-plugin`
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

#[path = "../examples/keyvalue/operations.rs"]
mod operations;
#[path = "../examples/keyvalue/provider.rs"]
mod provider;
#[path = "../examples/keyvalue/store.rs"]
mod store;
#[path = "../examples/keyvalue/values.rs"]
mod values;

use capwire_contracts::codec;
use capwire_contracts::keyvalue::{KeyRequest, SetRequest};
use capwire_contracts_suite::Nobody;
use capwire_plugin::{IsolatedPlugin, Plugin};
use capwire_provider::{Binding, BindingId, Call, Config, Provider, ProviderFactory as _};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Store;

const ROUNDS: usize = 25;
const CALLS: u32 = 5_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bench = std::env::current_exe().unwrap();
    let examples = bench.ancestors().nth(2).unwrap().join("examples");
    let library = std::fs::read(examples.join("libkeyvalue.so")).unwrap();
    let served = move || Command::new(examples.join("served"));
    let plugin = Plugin::load(&library).unwrap();
    let isolated = IsolatedPlugin::load(library, served).unwrap();
    let stores: [(&str, Arc<dyn Provider>); 3] = [
        ("compiled in", Arc::new(Store::default())),
        ("library", plugin.open().await.unwrap()),
        ("process", isolated.open().await.unwrap()),
    ];
    for (_, store) in &stores {
        prepare(&**store).await;
    }
    let mut rounds = vec![Vec::new(); stores.len()];
    for _ in 0..ROUNDS {
        for ((_, store), rounds) in stores.iter().zip(&mut rounds) {
            rounds.push(round(&**store).await);
        }
    }
    let medians: Vec<Duration> = rounds.iter_mut().map(|rounds| median(rounds)).collect();
    for ((name, _), time) in stores.iter().zip(&medians) {
        let first = medians.first().unwrap();
        println!(
            "{name:12} {:8} ns  {:.2}",
            time.as_nanos(),
            time.as_secs_f64() / first.as_secs_f64()
        );
    }
}

fn id() -> BindingId {
    BindingId {
        actor: "MACTOR".to_owned(),
        name: "default".to_owned(),
    }
}

async fn prepare(store: &dyn Provider) {
    let binding = Binding {
        id: id(),
        config: Config::default(),
        actor: Arc::new(Nobody),
    };
    store.bind(binding).await.unwrap();
    let set = SetRequest {
        key: "key".to_owned(),
        value: "a value of a usual length".to_owned(),
        expires: 0,
    };
    let message = codec::encode(&set).unwrap();
    store.call(Call::new(&id(), "Set", &message)).await.unwrap();
}

/// Returns the time of one call.
async fn round(store: &dyn Provider) -> Duration {
    let (id, key) = (id(), "key".to_owned());
    let message = codec::encode(&KeyRequest { key }).unwrap();
    let begun = Instant::now();
    for _ in 0..CALLS {
        store.call(Call::new(&id, "Get", &message)).await.unwrap();
    }
    begun.elapsed() / CALLS
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
