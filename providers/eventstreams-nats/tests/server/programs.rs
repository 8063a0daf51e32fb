//! Other programs on the server.

use crate::place::{consumer, direct, jetstream, subject_at};
use async_nats::jetstream::stream::{Config, RetentionPolicy};
use capwire_contracts_suite::eventstreams::Listener;
use capwire_contracts_suite::listener::Doing;
use capwire_provider::{ActorError, ProviderError};
use futures_util::StreamExt;

/// Publishes a message as another program would. Returns its number.
async fn publish(subject: &str, body: &[u8]) -> u64 {
    let context = direct().await;
    let sent = context.publish(subject.to_owned(), body.to_vec().into());
    sent.await.unwrap().await.unwrap().sequence
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_writes_events_that_an_actor_gets() {
    let jetstream = jetstream();
    let subject = subject_at(&jetstream);
    let listener = Listener::default();
    subject.listen("MLISTENER", &listener, "*", &[]).await;
    let root = format!("capwire.events.{jetstream}");
    let id = publish(&format!("{root}.a"), br#"{"number":"7"}"#).await;
    let event = listener.next().await;
    assert_eq!((event.event_id, &*event.stream), (id.to_string(), "a"));
    assert_eq!(event.values["number"], "7");
    // A subject that is no name of a stream is passed over, and a message of another form is one value.
    publish(&format!("{root}.=zz"), br#"{"number":"8"}"#).await;
    publish(&format!("{root}.a"), b"\xff[1]").await;
    assert_eq!(listener.next().await.values["payload"], "\u{fffd}[1]");
}

#[tokio::test]
async fn a_program_reads_events_that_an_actor_wrote() {
    let jetstream = jetstream();
    let subject = subject_at(&jetstream);
    let writer = subject.writer().await;
    let id = writer
        .write("orders.2026", &[("one", "1"), ("two", "ä")])
        .await;
    let stream = direct().await.get_stream(&jetstream).await.unwrap();
    let message = stream.get_raw_message(id.unwrap().parse().unwrap()).await;
    let message = message.unwrap();
    let expected = format!("capwire.events.{jetstream}.orders=2E2026");
    assert_eq!(&*message.subject, expected);
    assert_eq!(&*message.payload, r#"{"one":"1","two":"ä"}"#.as_bytes());
}

/// Events that were deleted are passed over, also if a member had taken them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_are_gone_do_not_stop_a_group() {
    let jetstream = jetstream();
    let subject = subject_at(&jetstream);
    let values = [("GROUP", "workers"), ("ACK_WAIT", "1s")];
    subject.listener_with("MLISTENER", "a", &values).await;
    subject.unbind("MLISTENER", "default").await;
    let writer = subject.writer().await;
    let ids = writer.number(&subject.name("a"), 0, 3).await;
    let consumer = consumer(&jetstream).await;
    let mut taken = consumer.fetch().max_messages(1).messages().await.unwrap();
    assert!(taken.next().await.is_some());
    let stream = direct().await.get_stream(&jetstream).await.unwrap();
    for id in &ids[..2] {
        stream.delete_message(id.parse().unwrap()).await.unwrap();
    }
    let listener = subject.listener_with("MLISTENER", "a", &values).await;
    assert_eq!(listener.numbers(2).await, [2, 3]);
    let read = writer.query(&subject.name("a"), None, 0).await.unwrap();
    assert_eq!(read.len(), 2);
}

/// The next write creates it, and all events of a new one are new.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_of_jetstream_that_is_deleted_begins_anew() {
    let jetstream = jetstream();
    let subject = subject_at(&jetstream);
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let listener = subject
        .listener_with("MLISTENER", "a", &[("START", "new")])
        .await;
    writer.number(&name, 0, 0).await;
    assert_eq!(listener.numbers(1).await, [0]);
    direct().await.delete_stream(&jetstream).await.unwrap();
    writer.number(&name, 1, 1).await;
    assert_eq!(listener.numbers(1).await, [1]);
    let read = writer.query(&name, None, 0).await.unwrap();
    assert_eq!((read.len(), &*read[0].event_id), (1, "1"));
}

#[tokio::test]
async fn a_stream_of_jetstream_for_something_else_is_refused() {
    for (subjects, retention, reason) in [
        ("other", RetentionPolicy::Limits, "does not keep"),
        (
            "capwire.events.NAME.*",
            RetentionPolicy::WorkQueue,
            "removes messages",
        ),
    ] {
        let jetstream = jetstream();
        let subjects = match subjects {
            "other" => format!("other.{jetstream}"),
            events => events.replace("NAME", &jetstream),
        };
        let config = Config {
            name: jetstream.clone(),
            subjects: vec![subjects],
            retention,
            ..Config::default()
        };
        direct().await.create_stream(config).await.unwrap();
        let subject = subject_at(&jetstream);
        let bound = subject
            .bind("MACTOR", "default", Listener::default(), &[])
            .await;
        let Err(ProviderError::Config { key, reason: why }) = bound else {
            panic!("{reason}");
        };
        assert_eq!(key, "JETSTREAM");
        assert!(why.contains(reason), "{why}");
    }
}

/// It has the subjects of a wider name, and its own bounds.
#[tokio::test]
async fn a_stream_of_jetstream_that_a_program_made_is_used_as_it_is() {
    let jetstream = jetstream();
    let config = Config {
        name: jetstream.clone(),
        subjects: vec![format!("capwire.events.{jetstream}.>")],
        max_messages_per_subject: 2,
        ..Config::default()
    };
    direct().await.create_stream(config).await.unwrap();
    let writer_of = subject_at(&jetstream);
    let writer = writer_of.writer().await;
    writer.number("a", 0, 4).await;
    assert_eq!(writer.query("a", None, 0).await.unwrap().len(), 2);
}

/// A letter says at least where its event is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_leaves_no_room_for_a_letter_does_not_stop_a_group() {
    let jetstream = jetstream();
    let subject = subject_at(&jetstream);
    let writer = subject.writer().await;
    let most = direct().await.client().max_payload();
    let id = publish(
        &format!("capwire.events.{jetstream}.a"),
        &vec![b'x'; most - 10],
    )
    .await;
    let listener = Listener::default();
    listener.will(Doing::Refuse(vec![ActorError::Timeout]));
    let values = [("MAX_TRIES", "1")];
    subject.listen("MLISTENER", &listener, "a", &values).await;
    writer.number("a", 1, 1).await;
    assert_eq!(listener.numbers(1).await, [1]);
    let letters = writer.query("dead.a", None, 0).await.unwrap();
    assert_eq!(letters[0].values["dead-letter.id"], id.to_string());
    assert!(!letters[0].values.contains_key("payload"));
}
