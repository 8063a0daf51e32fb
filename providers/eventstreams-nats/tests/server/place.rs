//! The server of the tests, each of which has its own stream of JetStream there.

use async_nats::jetstream::consumer::{Consumer, Info, pull};
use async_nats::jetstream::{self, Context};
use capwire_contracts_suite::eventstreams::Subject;
use capwire_eventstreams_nats::EventStreamsNats;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// Returns the URL of the server.
pub(crate) fn url() -> String {
    capwire_scaffold::set_by_xtask("CAPWIRE_NATS_URL")
}

/// Returns JetStream without the provider.
pub(crate) async fn direct() -> Context {
    jetstream::new(async_nats::connect(url()).await.unwrap())
}

/// Returns the name of a stream of JetStream that the server does not have.
pub(crate) fn jetstream() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    format!("{}-{now}-{count}", std::process::id())
}

/// Returns the values of each binding. A slow machine does not fail a test.
pub(crate) fn values(url: &str, jetstream: &str) -> [(String, String); 4] {
    let values = [
        ("URL", url),
        ("JETSTREAM", jetstream),
        ("CONNECT_TIMEOUT", "1m"),
        ("TIMEOUT", "60s"),
    ];
    values.map(|(key, value)| (key.to_owned(), value.to_owned()))
}

/// Returns a provider with this stream of JetStream.
pub(crate) fn subject_at(jetstream: &str) -> Subject {
    let values = values(&url(), jetstream);
    Subject::new(EventStreamsNats::new(), values, "test", ())
}

/// Returns the only consumer of a stream of JetStream.
pub(crate) async fn consumer(jetstream: &str) -> Consumer<pull::Config> {
    let stream = direct().await.get_stream(jetstream).await.unwrap();
    let request = format!("CONSUMER.NAMES.{}", stream.cached_info().config.name);
    let names: serde_json::Value = direct().await.request(request, &()).await.unwrap();
    let names = names["consumers"].as_array().unwrap();
    assert_eq!(names.len(), 1, "{names:?}");
    let name = names[0].as_str().unwrap();
    stream.get_consumer(name).await.unwrap()
}

/// Waits until the server says this of a consumer.
pub(crate) async fn eventually(
    consumer: &Consumer<pull::Config>,
    what: &str,
    is_so: impl Fn(&Info) -> bool,
) {
    let asking = async { while !is_so(&consumer.get_info().await.unwrap()) {} };
    let asked = timeout(Duration::from_secs(60), asking).await;
    assert!(asked.is_ok(), "{what}");
}
