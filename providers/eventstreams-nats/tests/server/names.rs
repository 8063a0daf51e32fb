//! Names of streams that mean something else to the server.

use crate::place::{direct, jetstream, subject_at};
use capwire_contracts_suite::eventstreams::Listener;
use std::collections::BTreeSet;

/// Names that are wildcards, several tokens, requests of the server's API, or the encoding of another name.
const HOSTILE: [&str; 14] = [
    ">",
    ".>",
    "a.>",
    "a",
    "a.a",
    ".",
    "..",
    "a..a",
    "=2E",
    "=",
    "$JS.API.STREAM.PURGE.x",
    "_INBOX.x",
    "../../a",
    "a\\b\"c'",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_hostile_name_is_a_stream_of_its_own() {
    let jetstream = jetstream();
    let subject = subject_at(&jetstream);
    let writer = subject.writer().await;
    let long = "ж".repeat(250);
    let names = HOSTILE.iter().copied().chain([&*long]);
    for (index, name) in names.clone().enumerate() {
        writer.number(name, index, index).await;
    }
    for (index, name) in names.clone().enumerate() {
        let events = writer.query(name, None, 0).await.unwrap();
        assert_eq!(events.len(), 1, "{name}");
        assert_eq!(events[0].stream, name);
        assert_eq!(events[0].values["number"], index.to_string(), "{name}");
    }
    let stream = direct().await.get_stream(&jetstream).await.unwrap();
    let state = &stream.cached_info().state;
    assert_eq!(state.subjects_count, names.clone().count() as u64);
    assert_eq!(state.messages, names.count() as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_of_a_hostile_name_gets_its_events_alone() {
    let jetstream = jetstream();
    let subject = subject_at(&jetstream);
    let writer = subject.writer().await;
    let listener = Listener::default();
    subject.listen("MLISTENER", &listener, "a.>", &[]).await;
    for (index, name) in HOSTILE.iter().enumerate() {
        writer.number(name, index, index).await;
    }
    writer.number("a.>", 100, 100).await;
    assert_eq!(listener.numbers(2).await, [2, 100]);
    // A pattern has the names as they were written.
    let all = Listener::default();
    subject.listen("MALL", &all, "*", &[]).await;
    let mut names = BTreeSet::new();
    for _ in 0..=HOSTILE.len() {
        names.insert(all.next().await.stream);
    }
    let written: BTreeSet<_> = HOSTILE.iter().map(ToString::to_string).collect();
    assert_eq!(names, written);
}

/// Also if the name of one begins with that of the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_of_jetstream_are_apart() {
    let name = jetstream();
    let longer = format!("{name}-a");
    let (one, two) = (subject_at(&name), subject_at(&longer));
    one.writer().await.number("a", 1, 1).await;
    let writer = two.writer().await;
    assert_eq!(writer.query("a", None, 0).await.unwrap(), []);
    writer.number("a", 2, 2).await;
    let events = one.writer().await.query("a", None, 0).await.unwrap();
    assert_eq!(events.len(), 1);
}
