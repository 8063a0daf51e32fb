//! Bounds of the events that stay.

use crate::place::{direct, jetstream, url, values};
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};
use capwire_contracts_suite::eventstreams::{Client, Listener, Subject, number};
use capwire_eventstreams_nats::EventStreamsNats;
use capwire_provider::ProviderError;
use std::time::Duration;

/// Returns a provider with this stream of JetStream and further values.
fn bounded(jetstream: &str, own: &[(&str, &str)]) -> Subject {
    let own = own.iter();
    let own = own.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let all = values(&url(), jetstream).into_iter().chain(own);
    Subject::new(EventStreamsNats::new(), all, "test", ())
}

async fn config(jetstream: &str) -> Config {
    let stream = direct().await.get_stream(jetstream).await.unwrap();
    stream.cached_info().config.clone()
}

/// Writes until there is no room, or this number of events.
async fn fill(writer: &Client<'_>, most: usize) -> Result<(), ProviderError> {
    let value = "x".repeat(10_000);
    for number in 0..most {
        let number = number.to_string();
        let values = [("number", &*number), ("value", &*value)];
        writer.write("a", &values).await?;
    }
    Ok(())
}

#[tokio::test]
async fn each_stream_is_bounded_by_its_length() {
    let subject = bounded(&jetstream(), &[("MAX_LENGTH", "10")]);
    let writer = subject.writer().await;
    writer.number("short", 0, 2).await;
    writer.number("long", 0, 29).await;
    for (name, first, last) in [("short", 0, 2), ("long", 20, 29)] {
        let events = writer.query(name, None, 0).await.unwrap();
        let numbers: Vec<_> = events.iter().map(number).collect();
        assert_eq!(numbers, (first..=last).collect::<Vec<_>>(), "{name}");
    }
}

/// An event without room is refused, and nothing is lost.
#[tokio::test]
async fn a_size_bounds_all_streams_together() {
    let subject = bounded(&jetstream(), &[("MAX_BYTES", "100KiB")]);
    let writer = subject.writer().await;
    let refused = fill(&writer, 1_000).await.unwrap_err();
    assert!(matches!(refused, ProviderError::Unavailable { .. }));
    let text = refused.to_string();
    assert!(
        text.contains("nothing was changed") && text.contains("`MAX_BYTES`"),
        "{text}"
    );
    let events = writer.query("a", None, 0).await.unwrap();
    assert!((5..=10).contains(&events.len()), "{}", events.len());
    assert_eq!(number(&events[0]), 0);
}

#[tokio::test]
async fn the_oldest_events_make_room_if_the_binding_says_so() {
    let values = [("MAX_BYTES", "100KiB"), ("WHEN_FULL", "discard")];
    let subject = bounded(&jetstream(), &values);
    let writer = subject.writer().await;
    fill(&writer, 50).await.unwrap();
    let events = writer.query("a", None, 0).await.unwrap();
    assert!((5..=10).contains(&events.len()), "{}", events.len());
    assert_eq!(number(events.last().unwrap()), 49);
}

#[tokio::test]
async fn an_event_that_no_message_can_have_is_refused() {
    let subject = bounded(&jetstream(), &[("MAX_EVENT", "8MiB")]);
    let writer = subject.writer().await;
    let value = "x".repeat(2 << 20);
    let refused = writer.write("a", &[("value", &value)]).await;
    let Err(ProviderError::Refused(reason)) = refused else {
        panic!("{refused:?}");
    };
    assert!(reason.contains("`max_payload`"), "{reason}");
    assert_eq!(writer.query("a", None, 0).await.unwrap(), []);
}

/// Values of the server's own that the binding does not have stay.
#[tokio::test]
async fn other_values_change_a_stream_of_jetstream_that_is_there() {
    let jetstream = jetstream();
    bounded(&jetstream, &[("STORAGE", "memory")]).writer().await;
    let mut made = config(&jetstream).await;
    assert_eq!((made.max_bytes, made.storage), (-1, StorageType::Memory));
    made.description = Some("of the operator".to_owned());
    made.deny_purge = true;
    direct().await.update_stream(made).await.unwrap();
    let own = [
        ("MAX_AGE", "7"),
        ("MAX_BYTES", "1MiB"),
        ("WHEN_FULL", "discard"),
        ("MAX_LENGTH", "100"),
    ];
    bounded(&jetstream, &own).writer().await;
    let changed = config(&jetstream).await;
    assert_eq!(changed.max_age, Duration::from_secs(7 * 86_400));
    assert_eq!(changed.max_bytes, 1 << 20);
    assert_eq!(changed.max_messages_per_subject, 100);
    assert_eq!(changed.discard, DiscardPolicy::Old);
    assert_eq!(changed.description.as_deref(), Some("of the operator"));
    assert!(changed.deny_purge);
    bounded(&jetstream, &[]).writer().await;
    assert_eq!(config(&jetstream).await.max_bytes, 1 << 20);
}

/// Otherwise its events would be left out without a word.
#[tokio::test]
async fn a_group_cannot_start_after_an_event_that_is_not_there() {
    let subject = bounded(&jetstream(), &[]);
    subject.writer().await.number("a", 0, 2).await;
    for (id, is_refused) in [("3", false), ("4", true), ("1764547200000", true)] {
        let values = [("STREAMS", "a"), ("GROUP", id), ("START", id)];
        let bound = subject
            .bind("MACTOR", "default", Listener::default(), &values)
            .await;
        match bound {
            Err(ProviderError::Config { key, .. }) => {
                assert!(is_refused, "{id}");
                assert_eq!(key, "START");
            }
            bound => assert!(!is_refused && bound.is_ok(), "{id}"),
        }
    }
}
