//! The size of the streams, and the age and the ids of events.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod kit;

use capwire_contracts_suite::eventstreams::{Client, Subject};
use capwire_provider::ProviderError;
use kit::{ManualClock, START, subject};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

fn is_full<T>(result: Result<T, ProviderError>) -> bool {
    match result {
        Err(ProviderError::Refused(text)) => text.contains("MAX_BYTES"),
        Err(error) => panic!("{error}"),
        Ok(_) => false,
    }
}

/// Writes events until there is no room. Returns their number.
async fn fill(writer: &Client<'_>, stream: &str, value: &str) -> usize {
    let mut events = 0;
    while !is_full(writer.write(stream, &[("v", value)]).await) {
        events += 1;
    }
    events
}

async fn count(subject: &Subject, writer: &Client<'_>, stream: &str) -> usize {
    let events = writer.query(&subject.name(stream), None, 0).await;
    events.unwrap().len()
}

#[tokio::test]
async fn an_event_without_room_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let subject = subject(directory.path(), &ManualClock::default());
    let writer = subject.writer_with(&[("MAX_BYTES", "100000")]).await;
    let value = "v".repeat(9_800);
    assert_eq!(fill(&writer, &subject.name("a"), &value).await, 10);
    assert!(is_full(
        writer.write(&subject.name("b"), &[("v", &value)]).await
    ));
    assert_eq!(count(&subject, &writer, "a").await, 10);
}

#[tokio::test]
async fn the_oldest_events_make_room_if_the_binding_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let subject = subject(directory.path(), &ManualClock::default());
    let values = [("MAX_BYTES", "100000"), ("WHEN_FULL", "discard")];
    let writer = subject.writer_with(&values).await;
    let value = "v".repeat(9_800);
    for number in 0..25 {
        let stream = subject.name(if number < 12 { "old" } else { "new" });
        let number = number.to_string();
        writer
            .write(&stream, &[("v", &value), ("number", &number)])
            .await
            .unwrap();
    }
    assert_eq!(count(&subject, &writer, "old").await, 0);
    assert_eq!(count(&subject, &writer, "new").await, 10);
    // One that never fits discards nothing.
    let long = "v".repeat(100_000);
    assert!(is_full(
        writer.write(&subject.name("new"), &[("v", &long)]).await
    ));
    assert_eq!(count(&subject, &writer, "new").await, 10);
}

#[tokio::test]
async fn events_that_are_too_old_are_not_read_and_give_their_room_back() {
    let directory = tempfile::tempdir().unwrap();
    let clock = ManualClock::default();
    let subject = subject(directory.path(), &clock);
    let values = [
        ("MAX_BYTES", "100000"),
        ("MAX_AGE", "3"),
        ("SPACE", "shared"),
    ];
    let writer = subject.writer_with(&values).await;
    let value = "v".repeat(9_800);
    assert_eq!(fill(&writer, &subject.name("a"), &value).await, 10);
    clock.pass(2 * DAY);
    assert_eq!(count(&subject, &writer, "a").await, 10);
    assert!(is_full(
        writer.write(&subject.name("a"), &[("v", &value)]).await
    ));
    clock.pass(2 * DAY);
    assert_eq!(count(&subject, &writer, "a").await, 0);
    writer.number(&subject.name("a"), 7, 7).await;
    let values = [("MAX_AGE", "3"), ("SPACE", "shared")];
    let listener = subject.listener_with("MLISTENER", "a", &values).await;
    assert_eq!(listener.numbers(1).await, [7]);
    assert_eq!(fill(&writer, &subject.name("a"), &value).await, 10);
}

#[tokio::test]
async fn a_query_has_the_events_of_its_times() {
    let directory = tempfile::tempdir().unwrap();
    let clock = ManualClock::default();
    let subject = subject(directory.path(), &clock);
    let (writer, name) = (subject.writer().await, subject.name("a"));
    for number in 0..5 {
        writer.number(&name, number * 2, number * 2 + 1).await;
        clock.pass(Duration::from_millis(10));
    }
    for ((first, last), expected) in [
        ((0, 40), 0..10),
        ((10, 20), 2..6),
        ((11, 29), 4..6),
        ((41, 99), 0..0),
    ] {
        let range = (START + first, START + last);
        let events = writer.query(&name, Some(range), 0).await.unwrap();
        let numbers: Vec<_> = events
            .iter()
            .map(|event| event.values["number"].clone())
            .collect();
        let expected: Vec<_> = expected.map(|number| number.to_string()).collect();
        assert_eq!(numbers, expected, "{first} {last}");
    }
}

#[tokio::test]
async fn ids_increase_when_the_clock_goes_back_and_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let clock = ManualClock::default();
    let mut ids = Vec::new();
    {
        let subject = subject(directory.path(), &clock);
        let (writer, name) = (subject.writer().await, subject.name("a"));
        ids.extend(writer.number(&name, 0, 1).await);
    }
    clock.go_back(DAY);
    let subject = subject(directory.path(), &clock);
    let (writer, name) = (subject.writer().await, subject.name("a"));
    ids.extend(writer.number(&name, 2, 2).await);
    clock.pass(2 * DAY);
    ids.extend(writer.number(&name, 3, 3).await);
    let later = START + 86_400_000;
    let expected = [
        format!("{START}-0"),
        format!("{START}-1"),
        format!("{START}-2"),
        format!("{later}-0"),
    ];
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn a_wrong_size_or_age_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let subject = subject(directory.path(), &ManualClock::default());
    for (key, value) in [
        ("MAX_BYTES", "0"),
        ("MAX_BYTES", "much"),
        ("MAX_AGE", "0"),
        ("MAX_AGE", "36501"),
        ("WHEN_FULL", "drop"),
        ("SPACE", ""),
    ] {
        let handler = capwire_contracts_suite::eventstreams::Listener::default();
        let refused = subject
            .bind("MACTOR", "default", handler, &[(key, value)])
            .await;
        assert!(refused.unwrap_err().to_string().contains(key), "{key}");
    }
}
