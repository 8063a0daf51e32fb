//! Libraries that do not keep the rules harm nobody, as far as a library in one's own process can be held to that.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod library;

use bytes::Bytes;
use capwire_plugin::Plugin;
use capwire_provider::{
    ActorError, Binding, BindingId, Call, Config, Provider, ProviderError, ProviderFactory as _,
    WorkEnded,
};
use library::caller::{Budget, Twice, id};
use library::{built, compile};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

async fn open(library: &[u8]) -> Arc<dyn Provider> {
    let provider = Plugin::load(library).unwrap().open().await.unwrap();
    let binding = Binding {
        id: id(),
        config: Config::default(),
        actor: Arc::new(Twice),
    };
    provider.bind(binding).await.unwrap();
    provider
}

async fn call(provider: &dyn Provider, operation: &str) -> Result<Bytes, ProviderError> {
    provider.call(Call::new(&id(), operation, b"payload")).await
}

fn c() -> Vec<u8> {
    compile(&["tests/c/misbehaving.c"], &[])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_an_error_of_its_call() {
    let provider = open(&built("misbehaving")).await;
    for operation in ["Panic", "PanicLater", "Panic"] {
        let error = call(&*provider, operation).await.unwrap_err();
        assert!(
            matches!(error, ProviderError::Refused(_)),
            "{operation}: {error:?}"
        );
    }
    let other = BindingId {
        actor: "MOTHER".into(),
        name: "default".into(),
    };
    let config = Config::from_iter([("PANIC", "1")]);
    let refused = provider
        .bind(Binding {
            id: other.clone(),
            config,
            actor: Arc::new(Twice),
        })
        .await;
    assert!(
        matches!(refused, Err(ProviderError::Refused(_))),
        "{refused:?}"
    );
    let unbound = provider.call(Call::new(&other, "Dropped", b"")).await;
    assert!(
        matches!(unbound, Err(ProviderError::NotBound)),
        "{unbound:?}"
    );
    assert_eq!(call(&*provider, "Dropped").await.unwrap(), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn work_ends_when_its_caller_goes() {
    let provider = open(&built("misbehaving")).await;
    let waiting = tokio::time::timeout(Duration::from_millis(1), call(&*provider, "Wait")).await;
    assert!(waiting.is_err());
    while call(&*provider, "Dropped").await.unwrap() != "1" {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_other_threads_is_on_the_callers_budget() {
    let provider = open(&built("misbehaving")).await;
    let budget = Budget(Arc::new(AtomicU64::new(5_000_000)));
    let id = id();
    let burnt = provider
        .call(Call::new(&id, "Burn", b"").limited(&budget))
        .await;
    assert!(
        matches!(burnt, Err(ProviderError::Ended(WorkEnded::Overspent))),
        "{burnt:?}"
    );
    assert_eq!(budget.0.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_calls_its_actors_and_sees_why_they_fail() {
    let provider = open(&built("misbehaving")).await;
    let ask = async |message: &[u8]| provider.call(Call::new(&id(), "Ask", message)).await;
    assert_eq!(ask(b"ab").await.unwrap(), "abab");
    let stopped = ask(b"stop").await.unwrap_err().to_string();
    assert_eq!(stopped, ActorError::Stopped.to_string());
    let busy = ask(b"busy").await.unwrap_err().to_string();
    assert!(busy.contains("busy"), "{busy}");
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_health_and_drain_come_through() {
    let plugin = Plugin::load(&built("misbehaving")).unwrap();
    let provider = plugin.open().await.unwrap();
    let binding = Binding {
        id: id(),
        config: Config::default(),
        actor: Arc::new(Twice),
    };
    assert_eq!(
        provider.bind(binding).await.unwrap().endpoints,
        ["http://127.0.0.1:1"]
    );
    assert_eq!(provider.drain(Duration::from_secs(3)).await, 3);
    call(&*provider, "Break").await.unwrap();
    let health = provider.health().unwrap();
    assert_eq!(health.until_broken().await, "by request");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_first_answer_counts() {
    let provider = open(&c()).await;
    assert_eq!(call(&*provider, "Twice").await.unwrap(), "first");
    assert_eq!(call(&*provider, "Twice").await.unwrap(), "first");
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_an_error_or_nothing() {
    let provider = open(&c()).await;
    let error = call(&*provider, "Status").await.unwrap_err().to_string();
    assert!(error.contains("4711"), "{error}");
    let error = call(&*provider, "NotText").await.unwrap_err().to_string();
    assert_eq!(error, "\u{fffd}\u{fffd}");
    assert_eq!(call(&*provider, "Null").await.unwrap(), "");
    assert_eq!(call(&*provider, "Stranger").await.unwrap(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_after_the_end_are_ignored() {
    let library = c();
    let closed = open(&library).await;
    let hanging = tokio::time::timeout(Duration::from_millis(1), call(&*closed, "Hang")).await;
    assert!(hanging.is_err());
    drop(closed);
    let provider = open(&library).await;
    assert_eq!(call(&*provider, "Haunt").await.unwrap(), "");
    assert_eq!(provider.health().unwrap().reason(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_says_why_it_cannot_be_opened() {
    let plugin = Plugin::load(&compile(&["tests/c/misbehaving.c"], &["-DNO_STATE"])).unwrap();
    let Err(ProviderError::Unavailable { source, .. }) = plugin.open().await else {
        panic!("it was opened");
    };
    assert_eq!(source.unwrap().to_string(), "there is no disk");
}
