//! Connections that are lost, and servers that do not answer.

use crate::subject::{bound, prefix, url};
use capwire_contracts_suite::keyvalue::Client;
use capwire_keyvalue_redis::KeyValueRedis;
use capwire_provider::{CallLimits, ProviderError};
use capwire_redis_server::{Mode, Proxy};
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

/// Binds an actor through a proxy.
async fn through<'s>(
    store: &'s KeyValueRedis,
    proxy: &Proxy,
    values: &[(&str, &str)],
) -> Client<'s> {
    let url = proxy.url();
    let values: Vec<_> = [("URL", &*url)]
        .into_iter()
        .chain(values.iter().copied())
        .collect();
    bound(store, &values).await.unwrap()
}

fn assert_unavailable<T: Debug>(result: Result<T, ProviderError>, reason: &str) {
    let Err(error @ ProviderError::Unavailable { .. }) = result else {
        panic!("not unavailable: {result:?}");
    };
    let text = error.to_string();
    assert!(text.contains(reason), "{text}");
}

/// Calls until the service is back.
async fn until_back(kv: &Client<'_>) -> Option<String> {
    loop {
        if let Ok(value) = kv.get("hits").await {
            return value;
        }
    }
}

#[tokio::test]
async fn a_write_that_loses_its_connection_is_not_sent_again() {
    let (store, proxy) = (KeyValueRedis::new(), Proxy::start(&url()).await);
    let kv = through(&store, &proxy, &[]).await;
    assert_eq!(kv.add("hits", 1).await.unwrap(), 1);
    proxy.set(Mode::CutOnce);
    assert_unavailable(kv.add("hits", 1).await, "may or may not");
    assert_eq!(until_back(&kv).await.as_deref(), Some("2"));
    assert_eq!(proxy.accepted(), 2);
}

#[tokio::test]
async fn a_read_that_loses_its_connection_is_sent_again() {
    let (store, proxy) = (KeyValueRedis::new(), Proxy::start(&url()).await);
    let kv = through(&store, &proxy, &[]).await;
    kv.set("key", "value").await.unwrap();
    proxy.set(Mode::CutOnce);
    assert_eq!(kv.get("key").await.unwrap().as_deref(), Some("value"));
    assert_eq!(proxy.accepted(), 2);
}

#[tokio::test]
async fn a_read_that_loses_each_connection_fails() {
    let (store, proxy) = (KeyValueRedis::new(), Proxy::start(&url()).await);
    let kv = through(&store, &proxy, &[]).await;
    kv.add("hits", 5).await.unwrap();
    proxy.set(Mode::Cut);
    assert_unavailable(kv.get("hits").await, "nothing was changed");
    proxy.set(Mode::Pass);
    assert_eq!(until_back(&kv).await.as_deref(), Some("5"));
}

#[tokio::test]
async fn a_server_that_is_gone_is_found_again() {
    let (store, proxy) = (KeyValueRedis::new(), Proxy::start(&url()).await);
    let kv = through(&store, &proxy, &[]).await;
    kv.add("hits", 5).await.unwrap();
    proxy.set(Mode::Refuse);
    // The first call may be sent before the loss of the connection is seen.
    let first = kv.add("hits", 1).await;
    assert!(matches!(first, Err(ProviderError::Unavailable { .. })));
    assert_unavailable(kv.add("hits", 1).await, "nothing was changed");
    proxy.set(Mode::Pass);
    assert!(until_back(&kv).await.is_some());
}

/// The limits of a call that has this time.
struct TimeLeft(Duration);

impl CallLimits for TimeLeft {
    fn time_left(&self) -> Option<Duration> {
        Some(self.0)
    }

    fn is_given_up(&self) -> bool {
        false
    }

    fn thread_cpu(&self) -> Duration {
        Duration::ZERO
    }

    fn charge(&self, _: Duration) -> bool {
        true
    }

    fn shared(&self) -> Arc<dyn CallLimits> {
        Arc::new(Self(self.0))
    }
}

#[tokio::test]
async fn an_operation_ends_with_its_caller_or_with_its_timeout() {
    let (store, proxy) = (KeyValueRedis::new(), Proxy::start(&url()).await);
    let prefix = prefix();
    let kv = through(&store, &proxy, &[("PREFIX", &prefix), ("TIMEOUT", "1h")]).await;
    proxy.set(Mode::Hold);
    let soon = TimeLeft(Duration::from_millis(50));
    assert_unavailable(kv.limited(&soon).add("hits", 1).await, "may or may not");
    assert_unavailable(kv.limited(&soon).get("hits").await, "nothing was changed");
    proxy.set(Mode::Pass);
    let kv = through(&store, &proxy, &[("PREFIX", &prefix), ("TIMEOUT", "50ms")]).await;
    proxy.set(Mode::Hold);
    assert_unavailable(kv.add("hits", 1).await, "may or may not");
    // The answers that were not waited for do not reach other calls.
    proxy.set(Mode::Pass);
    assert_eq!(until_back(&kv).await.as_deref(), Some("2"));
}

#[tokio::test]
async fn operations_beyond_the_limit_wait_within_their_time() {
    let (store, proxy) = (KeyValueRedis::new(), Proxy::start(&url()).await);
    let values = [("MAX_CALLS", "1"), ("TIMEOUT", "1h")];
    let kv = through(&store, &proxy, &values).await;
    proxy.set(Mode::Hold);
    let soon = TimeLeft(Duration::from_millis(50));
    let (held, refused) = tokio::join!(
        async {
            let sum = kv.add("hits", 1).await;
            sum.unwrap()
        },
        async {
            let refused = kv.limited(&soon).add("hits", 1).await;
            proxy.set(Mode::Pass);
            refused
        }
    );
    assert_eq!(held, 1);
    let Err(ProviderError::Busy(text)) = refused else {
        panic!("not busy: {refused:?}");
    };
    assert!(text.contains("`MAX_CALLS`"), "{text}");
    assert_eq!(kv.add("hits", 1).await.unwrap(), 2);
}
