//! Other programs on the server.

use crate::place::{direct, prefix, subject_at, url, values};
use capwire_contracts_suite::eventstreams::{Listener, Subject};
use capwire_eventstreams_redis::EventStreamsRedis;
use capwire_provider::ProviderError;

/// Runs a command on the server.
fn run<T: redis::FromRedisValue>(arguments: &[&str]) -> T {
    let mut command = redis::cmd(arguments[0]);
    for argument in &arguments[1..] {
        command.arg(*argument);
    }
    command.query(&mut direct()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_writes_events_that_an_actor_gets() {
    let prefix = prefix();
    let subject = subject_at(&prefix);
    let key = format!("{prefix}{}", subject.name("a"));
    let id: String = run(&["XADD", &key, "*", "number", "7", "text", "\u{fffd}"]);
    let listener = subject.listener("MLISTENER", "a").await;
    let event = listener.next().await;
    assert_eq!((&event.event_id, &*event.values["number"]), (&id, "7"));
    let () = run(&["DEL", &key]);
    let _: String = run(&["XADD", &key, "*", "number", "8"]);
    // The stream is a new one, and so is its group.
    assert_eq!(listener.numbers(1).await, [8]);
}

#[tokio::test]
async fn a_program_reads_events_that_an_actor_wrote() {
    let prefix = prefix();
    let subject = subject_at(&prefix);
    let writer = subject.writer().await;
    let id = writer
        .write(&subject.name("a"), &[("one", "1"), ("two", "2")])
        .await;
    let key = format!("{prefix}{}", subject.name("a"));
    let entries: Vec<(String, Vec<String>)> = run(&["XRANGE", &key, "-", "+"]);
    let values = ["one", "1", "two", "2"].map(str::to_owned).to_vec();
    assert_eq!(entries, [(id.unwrap(), values)]);
}

/// Events that were trimmed or deleted are passed over, also if a member had taken them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_are_gone_do_not_stop_a_group() {
    let prefix = prefix();
    let subject = subject_at(&prefix);
    let key = format!("{prefix}{}", subject.name("a"));
    let ids = subject
        .writer()
        .await
        .number(&subject.name("a"), 0, 3)
        .await;
    let () = run(&["XGROUP", "CREATE", &key, "workers", "0"]);
    let taken: redis::Value = run(&[
        "XREADGROUP",
        "GROUP",
        "workers",
        "capwire.released",
        "COUNT",
        "2",
        "STREAMS",
        &key,
        ">",
    ]);
    drop(taken);
    let _: u64 = run(&["XDEL", &key, &ids[0], &ids[1]]);
    let group = [("GROUP", "workers")];
    let listener = subject.listener_with("MLISTENER", "a", &group).await;
    assert_eq!(listener.numbers(2).await, [2, 3]);
}

#[tokio::test]
async fn a_key_of_another_type_is_refused() {
    let prefix = prefix();
    let subject = subject_at(&prefix);
    let name = subject.name("a");
    let () = run(&["SET", &format!("{prefix}{name}"), "text"]);
    let writer = subject.writer().await;
    for refused in [
        writer.write(&name, &[("v", "1")]).await.map(drop),
        writer.query(&name, None, 0).await.map(drop),
    ] {
        let Err(ProviderError::Refused(reason)) = refused else {
            panic!("{refused:?}");
        };
        assert!(reason.starts_with("WRONGTYPE"), "{reason}");
    }
    let followed = [("STREAMS", &*name)];
    let bound = subject
        .bind("MLISTENER", "default", Listener::default(), &followed)
        .await;
    assert!(bound.unwrap_err().to_string().contains("WRONGTYPE"));
}

#[tokio::test]
async fn a_stream_is_bounded_by_its_length_or_its_age() {
    let prefix = prefix();
    let bounded = |key: &str, value: &str| {
        let own = [(key.to_owned(), value.to_owned())];
        let all = values(&url(), &prefix).into_iter().chain(own);
        Subject::new(EventStreamsRedis::new(), all, "test", ())
    };
    let subject = bounded("MAX_LENGTH", "100");
    let (writer, name) = (subject.writer().await, subject.name("a"));
    writer.number(&name, 0, 499).await;
    let key = format!("{prefix}{name}");
    let length: usize = run(&["XLEN", &key]);
    assert!((100..=300).contains(&length), "{length}");

    let key = format!("{prefix}{}", subject.name("old"));
    let _: String = run(&["XADD", &key, "5-1", "number", "0"]);
    let subject = bounded("MAX_AGE", "1");
    let (writer, name) = (subject.writer().await, subject.name("old"));
    writer.number(&name, 1, 1).await;
    let events = writer.query(&name, None, 0).await.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].values["number"], "1");
}
