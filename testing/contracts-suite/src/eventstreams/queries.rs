//! Events that are read.

use super::Subject;
use super::subject::number;
use capwire_contracts::eventstreams::Event;
use capwire_provider::ProviderError;

fn numbers(events: &[Event]) -> Vec<usize> {
    events.iter().map(number).collect()
}

/// It is not an error.
pub async fn an_unknown_stream_is_empty(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("none"));
    assert_eq!(writer.query(&name, None, 0).await.unwrap(), []);
    assert_eq!(
        writer.query(&name, Some((0, u64::MAX)), 5).await.unwrap(),
        []
    );
    assert_eq!(writer.read(&name, "", 5).await.unwrap(), []);
}

/// The oldest events come first.
pub async fn a_count_bounds_a_query(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    writer.number(&name, 0, 4).await;
    for (count, expected) in [(0, 5), (1, 1), (3, 3), (5, 5), (6, 5), (u64::MAX, 5)] {
        let events = writer.query(&name, None, count).await.unwrap();
        assert_eq!(numbers(&events), (0..expected).collect::<Vec<_>>());
    }
}

/// Both ends belong to it.
pub async fn a_range_of_times_bounds_a_query(subject: &Subject) {
    const YEAR: u64 = 365 * 86_400_000;
    let (writer, name) = (subject.writer().await, subject.name("a"));
    writer.number(&name, 0, 2).await;
    for (range, expected) in [
        ((0, u64::MAX), 3),
        ((YEAR, 200 * YEAR), 3),
        ((0, YEAR), 0),
        ((200 * YEAR, 300 * YEAR), 0),
        ((200 * YEAR, YEAR), 0),
        ((u64::MAX, u64::MAX), 0),
        ((u64::MAX, 0), 0),
    ] {
        let events = writer.query(&name, Some(range), 0).await.unwrap();
        assert_eq!(events.len(), expected, "{range:?}");
    }
    let some = writer.query(&name, Some((0, u64::MAX)), 2).await.unwrap();
    assert_eq!(numbers(&some), [0, 1]);
}

/// Each part begins after the last event of the one before.
pub async fn a_stream_is_read_in_parts(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let ids = writer.number(&name, 0, 6).await;
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let part = writer.read(&name, &after, 3).await.unwrap();
        let Some(last) = part.last() else {
            break;
        };
        assert!(part.len() <= 3);
        after.clone_from(&last.event_id);
        all.extend(part);
    }
    assert_eq!(numbers(&all), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(after, ids[6]);
    writer.number(&name, 7, 7).await;
    assert_eq!(numbers(&writer.read(&name, &after, 0).await.unwrap()), [7]);
    assert_eq!(
        numbers(&writer.read(&name, &ids[5], 0).await.unwrap()),
        [6, 7]
    );
}

/// So that a typing error is not a stream without events.
pub async fn a_wrong_id_is_refused(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    writer.number(&name, 0, 0).await;
    for id in ["x", "-1", "1-2-3", " 1", "1 ", "$", "0x1"] {
        let refused = writer.read(&name, id, 0).await;
        assert!(
            matches!(refused, Err(ProviderError::Refused(_))),
            "{id}: {refused:?}"
        );
    }
}

/// The error says how to read in parts.
pub async fn an_answer_is_bounded(subject: &Subject) {
    const EVENTS: usize = 20;
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let value = "x".repeat(900_000);
    for _ in 0..EVENTS {
        writer.write(&name, &[("v", &value)]).await.unwrap();
    }
    let refused = writer.query(&name, None, 0).await;
    let Err(ProviderError::Refused(reason)) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        reason.contains("`count`") && reason.contains("`after`"),
        "{reason}"
    );
    let (mut after, mut read) = (String::new(), 0);
    while let Some(last) = writer.read(&name, &after, 8).await.unwrap().pop() {
        after = last.event_id;
        read += 1;
    }
    assert_eq!(read, EVENTS.div_ceil(8));
}
