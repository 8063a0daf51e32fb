//! The store in a host that replaces it.

use capwire_contracts::codec;
use capwire_contracts::keyvalue::{AddRequest, AddResponse, CONTRACT, GetResponse, KeyRequest};
use capwire_engine_fake::{Fake, module, standard};
use capwire_host::{ActorId, BindingKey, BindingName, Host, ProviderSwapOptions};
use capwire_keyvalue_embedded::StoreFactory;
use capwire_provider::Config;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_counter_is_exact_after_25_swaps_under_load() {
    let folder = tempfile::tempdir().unwrap();
    let factory = StoreFactory::new(folder.path());
    let host = Host::builder(Fake::new()).build().unwrap();
    let name = BindingName::default();
    let store = host.open_provider(name, factory.clone()).await.unwrap();
    let signed = capwire_wascap::testing::sign(&module("standard"), &[CONTRACT]).unwrap();
    let actor = host.verify(signed).await.unwrap();
    let actor = host.start_actor(actor).await.unwrap();
    let key = BindingKey::new(actor, store.contract.clone(), store.name.clone());
    host.bind(key, Config::default()).await.unwrap();

    let over = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..8)
        .map(|_| tokio::spawn(count_until(host.clone(), actor, Arc::clone(&over))))
        .collect();
    for _ in 0..25 {
        let options = ProviderSwapOptions::default();
        let swapped = host.swap_provider_with(store.clone(), factory.clone(), options);
        let report = swapped.await.map_err(|error| error.report()).unwrap();
        assert_eq!((report.dropped(), report.refused), (0, 0), "{report:?}");
    }
    over.store(true, Ordering::SeqCst);
    let mut counted = 0;
    for client in clients {
        counted += client.await.unwrap();
    }
    let message = codec::encode(&KeyRequest { key: "hits".into() }).unwrap();
    let answer = ask(&host, actor, "Get", &message).await;
    let GetResponse { value, exists } = codec::decode(&answer).unwrap();
    assert!(exists);
    assert_eq!(value, counted.to_string());
    host.shutdown().await.unwrap();
}

/// Counts until it is over; returns how often.
async fn count_until(host: Host, actor: ActorId, over: Arc<AtomicBool>) -> u64 {
    let message = AddRequest {
        key: "hits".into(),
        value: 1,
    };
    let message = codec::encode(&message).unwrap();
    let (mut count, mut last) = (0, 0);
    while !over.load(Ordering::SeqCst) {
        let answer = ask(&host, actor, "Add", &message).await;
        let AddResponse { value } = codec::decode(&answer).unwrap();
        assert!(value > last, "the counter went back from {last} to {value}");
        (count, last) = (count + 1, value);
    }
    count
}

async fn ask(host: &Host, actor: ActorId, operation: &str, message: &[u8]) -> bytes::Bytes {
    let call = standard::host_call("", CONTRACT, operation, message);
    host.call(actor, "call", call).await.unwrap()
}
