//! Events that are written.

use super::Subject;
use capwire_provider::ProviderError;
use futures_util::future::join_all;
use std::collections::BTreeSet;

/// With its stream, its id and its values.
pub async fn an_event_is_read_back(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let id = writer
        .write(&name, &[("one", "1"), ("two", "2")])
        .await
        .unwrap();
    let events = writer.query(&name, None, 0).await.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!((&*events[0].event_id, &*events[0].stream), (&*id, &*name));
    assert_eq!(events[0].values.len(), 2);
    assert_eq!(
        (&*events[0].values["one"], &*events[0].values["two"]),
        ("1", "2")
    );
}

/// And a query returns them in the order in which they were written.
pub async fn events_have_ids_of_their_own(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let ids = writer.number(&name, 0, 19).await;
    let events = writer.query(&name, None, 0).await.unwrap();
    let read: Vec<_> = events.iter().map(|event| event.event_id.clone()).collect();
    assert_eq!(read, ids);
    let different: BTreeSet<_> = ids.iter().collect();
    assert_eq!(different.len(), 20);
    assert!(!different.contains(&String::new()));
}

/// Also if a name begins with another one.
pub async fn streams_are_separate(subject: &Subject) {
    let writer = subject.writer().await;
    for (index, name) in ["a", "ab", "a:b", "a.b", "a/b", "A", "ä"]
        .iter()
        .enumerate()
    {
        writer.number(&subject.name(name), index, index).await;
    }
    for (index, name) in ["a", "ab", "a:b", "a.b", "a/b", "A", "ä"]
        .iter()
        .enumerate()
    {
        let events = writer.query(&subject.name(name), None, 0).await.unwrap();
        assert_eq!(events.len(), 1, "{name}");
        assert_eq!(events[0].values["number"], index.to_string());
        assert_eq!(events[0].stream, subject.name(name));
    }
}

/// Names and values can be any text, and there may be no values.
pub async fn all_texts_arrive(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let long = "x".repeat(200_000);
    let values = [
        ("", "empty name"),
        ("empty value", ""),
        ("ü\0\n, *", "→ 'quoted' \u{1f980}"),
        ("long", &long),
    ];
    writer.write(&name, &values).await.unwrap();
    writer.write(&name, &[]).await.unwrap();
    let events = writer.query(&name, None, 0).await.unwrap();
    for (key, value) in values {
        assert_eq!(events[0].values[key], value, "{key:?}");
    }
    assert!(events[1].values.is_empty());
}

/// The size of its stream, names and values counts.
pub async fn an_event_of_the_maximum_size_is_stored(subject: &Subject) {
    let writer = subject.writer_with(&[("MAX_EVENT", "10000")]).await;
    let name = subject.name("a");
    let value = "x".repeat(10_000 - name.len() - 1);
    writer.write(&name, &[("v", &value)]).await.unwrap();
    let events = writer.query(&name, None, 0).await.unwrap();
    assert_eq!(events[0].values["v"], value);
}

/// With both sizes, and nothing is stored.
pub async fn a_longer_event_is_refused(subject: &Subject) {
    let writer = subject.writer_with(&[("MAX_EVENT", "10000")]).await;
    let name = subject.name("a");
    let value = "x".repeat(10_000 - name.len());
    let refused = writer.write(&name, &[("v", &value)]).await;
    let Err(ProviderError::Refused(reason)) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        reason.contains("10001") && reason.contains("MAX_EVENT"),
        "{reason}"
    );
    assert!(writer.query(&name, None, 0).await.unwrap().is_empty());
}

/// By all operations.
pub async fn wrong_names_of_streams_are_refused(subject: &Subject) {
    let writer = subject.writer().await;
    let long = "x".repeat(501);
    for name in ["", "a b", "a\n", "a*", "*", "a,b", "a\0", &long] {
        let refused = [
            writer.write(name, &[]).await.map(drop),
            writer.query(name, None, 0).await.map(drop),
            writer.read(name, "", 0).await.map(drop),
        ];
        for refused in refused {
            assert!(
                matches!(refused, Err(ProviderError::Refused(_))),
                "{name:?}: {refused:?}"
            );
        }
    }
}

/// Each event has its own id.
pub async fn writers_at_once_lose_nothing(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let writes = (0..8).map(|part| {
        let (writer, name) = (writer.clone(), name.clone());
        async move { writer.number(&name, part * 10, part * 10 + 9).await }
    });
    let ids: BTreeSet<_> = join_all(writes).await.concat().into_iter().collect();
    let events = writer.query(&name, None, 0).await.unwrap();
    let read: BTreeSet<_> = events.iter().map(|event| event.event_id.clone()).collect();
    assert_eq!((read.len(), events.len()), (80, 80));
    assert_eq!(read, ids);
}
