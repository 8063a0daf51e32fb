//! A provider in a process of its own harms nobody but itself.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod library;

use bytes::Bytes;
use capwire_plugin::{IsolatedPlugin, ProcessError};
use capwire_provider::{
    ActorError, Binding, Call, Config, Provider, ProviderError, ProviderFactory as _, WorkEnded,
};
use library::caller::{Budget, Twice, id};
use library::{built, compile, served};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

fn misbehaving() -> IsolatedPlugin {
    IsolatedPlugin::load(compile(&["tests/c/misbehaving.c"], &[]), served).unwrap()
}

async fn open(plugin: &IsolatedPlugin) -> Arc<dyn Provider> {
    let provider = plugin.open().await.unwrap();
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

/// Returns the process of a provider in C, the number of its variables, and the files that it has open.
async fn tell(provider: &dyn Provider) -> (u32, u32, Vec<String>) {
    let told = call(provider, "Tell").await.unwrap();
    let told = std::str::from_utf8(&told).unwrap().to_owned();
    let mut lines = told.lines();
    let (process, variables) = lines.next().unwrap().split_once(' ').unwrap();
    let files = lines.map(str::to_owned).collect();
    (process.parse().unwrap(), variables.parse().unwrap(), files)
}

fn is_gone(process: u32) -> bool {
    !Path::new(&format!("/proc/{process}")).exists()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_process_is_an_error_of_its_calls_and_is_reported() {
    let plugin = misbehaving();
    for (operation, reason) in [("Crash", "SIGSEGV"), ("Exit", "exit status: 3")] {
        let provider = open(&plugin).await;
        let (waiting, crashed) =
            tokio::join!(call(&*provider, "Hang"), call(&*provider, operation));
        for outcome in [waiting, crashed, call(&*provider, "Twice").await] {
            assert!(
                matches!(outcome, Err(ProviderError::Unavailable { .. })),
                "{operation}: {outcome:?}"
            );
        }
        let reported = provider.health().unwrap().until_broken().await;
        assert!(reported.contains(reason), "{operation}: {reported}");
        // The host opens it again.
        let again = open(&plugin).await;
        assert_eq!(call(&*again, "Twice").await.unwrap(), "first");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_has_no_environment_and_no_files_of_its_host() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let provider = open(&misbehaving()).await;
    let (process, variables, files) = tell(&*provider).await;
    assert_ne!(process, std::process::id());
    assert_eq!(variables, 0);
    let path = file.path().to_str().unwrap();
    assert!(!files.iter().any(|open| open.contains(path)), "{files:?}");
    assert!(
        files.iter().any(|open| open.contains("socket")),
        "{files:?}"
    );
    drop(file);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_takes_all_memory_gets_no_more() {
    let provider = open(&misbehaving()).await;
    call(&*provider, "Eat").await.unwrap();
    assert_eq!(call(&*provider, "Twice").await.unwrap(), "first");
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_on_the_socket_breaks_the_provider_alone() {
    let provider = open(&misbehaving()).await;
    let outcome = call(&*provider, "Write").await;
    assert!(
        matches!(outcome, Err(ProviderError::Unavailable { .. })),
        "{outcome:?}"
    );
    let reported = provider.health().unwrap().until_broken().await;
    assert!(
        reported.contains("frame") || reported.contains("ended"),
        "{reported}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_ends_with_its_provider() {
    let provider = open(&misbehaving()).await;
    let (process, ..) = tell(&*provider).await;
    drop(provider);
    while !is_gone(process) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_actors_budgets_and_cancellation_cross_the_socket() {
    let plugin = IsolatedPlugin::load(built("misbehaving"), served).unwrap();
    let provider = open(&plugin).await;
    assert_eq!(
        provider.call(Call::new(&id(), "Ask", b"ab")).await.unwrap(),
        "abab"
    );
    let stopped = provider
        .call(Call::new(&id(), "Ask", b"stop"))
        .await
        .unwrap_err();
    assert_eq!(stopped.to_string(), ActorError::Stopped.to_string());
    let budget = Budget(Arc::new(AtomicU64::new(5_000_000)));
    let burnt = provider
        .call(Call::new(&id(), "Burn", b"").limited(&budget))
        .await;
    assert!(
        matches!(burnt, Err(ProviderError::Ended(WorkEnded::Overspent))),
        "{burnt:?}"
    );
    let waiting = tokio::time::timeout(Duration::from_millis(1), call(&*provider, "Wait")).await;
    assert!(waiting.is_err());
    while call(&*provider, "Dropped").await.unwrap() != "1" {
        tokio::task::yield_now().await;
    }
    let panicked = call(&*provider, "Panic").await;
    assert!(
        matches!(panicked, Err(ProviderError::Refused(_))),
        "{panicked:?}"
    );
    assert_eq!(provider.drain(Duration::from_secs(3)).await, 3);
    call(&*provider, "Break").await.unwrap();
    assert_eq!(
        provider.health().unwrap().until_broken().await,
        "by request"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_until_a_function_returns_is_on_the_callers_budget() {
    let provider = open(&misbehaving()).await;
    let budget = Budget(Arc::new(AtomicU64::new(1_000_000)));
    let id = id();
    let spun = provider
        .call(Call::new(&id, "Spin", b"").limited(&budget))
        .await;
    assert!(
        matches!(spun, Err(ProviderError::Ended(WorkEnded::Overspent))),
        "{spun:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_calls_of_actors_harms_nobody() {
    let provider = open(&misbehaving()).await;
    call(&*provider, "Flood").await.unwrap();
    assert_eq!(call(&*provider, "Twice").await.unwrap(), "first");
}

#[test]
fn a_process_that_does_not_speak_is_an_error() {
    let library = compile(&["tests/c/misbehaving.c"], &[]);
    let ended = IsolatedPlugin::load(library.clone(), || Command::new("true")).unwrap_err();
    assert!(matches!(ended, ProcessError::Ended), "{ended:?}");
    let missing = IsolatedPlugin::load(library, || Command::new("/nowhere")).unwrap_err();
    assert!(matches!(missing, ProcessError::Start(_)), "{missing:?}");
    let refused =
        IsolatedPlugin::load(compile(&["tests/c/misbehaving.c"], &["-DNO_STATE"]), served);
    let reason = refused.unwrap_err().to_string();
    assert!(reason.contains("there is no disk"), "{reason}");
    let no_library = IsolatedPlugin::load(&b"text"[..], served).unwrap_err();
    assert!(
        matches!(no_library, ProcessError::Library(_)),
        "{no_library:?}"
    );
}
