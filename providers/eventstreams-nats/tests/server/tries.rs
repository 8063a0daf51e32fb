//! The number of tries, which the server does not count: it counts how often it gives out an event.

use crate::place::{consumer, eventually, jetstream, subject_at};
use capwire_contracts_suite::eventstreams::Listener;
use capwire_contracts_suite::listener::Doing;
use capwire_provider::ActorError;
use std::time::Duration;

fn failing() -> Listener {
    let listener = Listener::default();
    let error = ActorError::Failed("as this test wants".to_owned());
    listener.will(Doing::Fail(error));
    listener
}

/// To be busy is no try, however often a binding ends meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_binding_that_ends_gives_back_an_event_that_nobody_has_tried() {
    let jetstream = jetstream();
    let subject = subject_at(&jetstream);
    let writer = subject.writer().await;
    writer.number("a", 0, 1).await;
    let once = [("MAX_TRIES", "1"), ("ACK_WAIT", "1h")];
    for times in 1..=3 {
        let busy = Listener::default();
        let retry_after = Duration::from_millis(1);
        let error = ActorError::Busy { retry_after };
        busy.will(Doing::Refuse(vec![error; 1_000_000]));
        subject.listen("MLISTENER", &busy, "a", &once).await;
        let consumer = consumer(&jetstream).await;
        eventually(&consumer, "the server gives out the event", |info| {
            info.delivered.consumer_sequence >= times && info.num_waiting == 0
        })
        .await;
        subject.unbind("MLISTENER", "default").await;
        assert_eq!(busy.count().await, 0);
    }
    let listener = Listener::default();
    subject.listen("MLISTENER", &listener, "a", &once).await;
    assert_eq!(listener.numbers(2).await, [0, 1]);
    assert_eq!(writer.query("dead.a", None, 0).await.unwrap(), []);
}

/// The server has given the event out twice, and the actor has tried it three times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tries_are_counted_over_bindings() {
    let jetstream = jetstream();
    let subject = subject_at(&jetstream);
    let writer = subject.writer().await;
    writer.number("a", 0, 1).await;
    let values = [
        ("MAX_TRIES", "3"),
        ("BACKOFF", "1ms, 1h"),
        ("ACK_WAIT", "1h"),
    ];
    let before = failing();
    subject.listen("MLISTENER", &before, "a", &values).await;
    assert_eq!(before.numbers(2).await, [0, 0]);
    subject.unbind("MLISTENER", "default").await;

    let after = failing();
    subject.listen("MLISTENER", &after, "a", &values).await;
    assert_eq!(after.numbers(2).await, [0, 1]);
    let letters = writer.query("dead.a", None, 0).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].values["number"], "0");
    assert_eq!(letters[0].values["dead-letter.tries"], "3");
    assert_eq!(letters[0].values["dead-letter.reason"], "the actor failed");
}

/// A host tells the number with its signs of life.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tries_of_a_host_that_is_gone_are_counted() {
    let jetstream = jetstream();
    let gone = subject_at(&jetstream);
    let writer = gone.writer().await;
    writer.number("a", 0, 1).await;
    let values = [
        ("MAX_TRIES", "4"),
        ("BACKOFF", "1ms, 1ms, 1h"),
        ("ACK_WAIT", "1s"),
        ("GROUP", "workers"),
    ];
    let before = failing();
    gone.listen("MGONE", &before, "a", &values).await;
    assert_eq!(before.numbers(3).await, [0, 0, 0]);
    let consumer = consumer(&jetstream).await;
    // The fourth try follows, because the third one has failed or its host is gone.
    eventually(&consumer, "the host tells the number of tries", |info| {
        let note = info.config.metadata.get("capwire-try");
        note.is_some_and(|note| note.ends_with(" 4"))
    })
    .await;
    // Its runtime ends with the provider, as in a crash.
    drop(gone);

    let other = subject_at(&jetstream);
    let after = failing();
    other.listen("MOTHER", &after, "a", &values).await;
    assert_eq!(after.numbers(1).await, [0]);
    assert_eq!(after.numbers(1).await, [1]);
    let letters = other.writer().await.query("dead.a", None, 0).await.unwrap();
    assert_eq!(letters[0].values["dead-letter.tries"], "4");
}
