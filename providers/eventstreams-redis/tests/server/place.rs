//! The server of the tests, each of which has its own keys there.

use capwire_contracts_suite::eventstreams::Subject;
use capwire_eventstreams_redis::EventStreamsRedis;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

/// Returns the URL of the server.
pub(crate) fn url() -> String {
    capwire_scaffold::set_by_xtask("CAPWIRE_REDIS_URL")
}

/// Returns a connection without the provider.
pub(crate) fn direct() -> redis::Connection {
    redis::Client::open(url())
        .unwrap()
        .get_connection()
        .unwrap()
}

/// Returns text with which no other key on the server begins.
pub(crate) fn prefix() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    format!("{}-{now}-{count}:", std::process::id())
}

/// Returns the values of each binding. A slow machine does not fail a test.
pub(crate) fn values(url: &str, prefix: &str) -> [(String, String); 5] {
    let values = [
        ("URL", url),
        ("PREFIX", prefix),
        ("CONNECT_TIMEOUT", "1m"),
        ("TIMEOUT", "1m"),
        ("POLL", "10ms"),
    ];
    values.map(|(key, value)| (key.to_owned(), value.to_owned()))
}

/// Returns a provider with the keys that begin with `prefix`.
pub(crate) fn subject_at(prefix: &str) -> Subject {
    Subject::new(EventStreamsRedis::new(), values(&url(), prefix), "test", ())
}
