//! Messages that a stream keeps until the actor has handled them.

use crate::contract::{subject, subject_at, url};
use crate::kept::{ACTOR, Kept, LONGEST};
use async_nats::jetstream::consumer::pull;
use capwire_contracts::messaging::ErrorClass;
use capwire_contracts_suite::messaging::{Doing, Listener, class};
use capwire_messaging_nats::MessagingNats;
use capwire_nats_server::{Own, Proxy};
use capwire_provider::{ActorError, Config};
use futures_util::StreamExt;
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::timeout;

fn failure() -> ActorError {
    ActorError::Failed("no".to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_delivered_in_order_until_they_are_handled() {
    let (kept, subject) = (Kept::new().await, subject());
    let listener = kept.listener(&subject, &[("MAX_TRIES", "1000")]).await;
    let busy = ActorError::Busy {
        retry_after: Duration::ZERO,
    };
    let refusals = [
        failure(),
        ActorError::Timeout,
        busy.clone(),
        busy,
        failure(),
    ];
    listener.will(Doing::Refuse(refusals.to_vec()));
    let sender = kept.sender(&subject).await;
    for number in 0..5 {
        let name = subject.name("work");
        sender.publish(&name, number.to_string()).await.unwrap();
    }
    assert_eq!(listener.bodies(5).await, ["0", "1", "2", "3", "4"]);
    kept.has(0).await;
    assert_eq!(listener.count().await, 0);
    assert_eq!(listener.most_at_once(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_never_handled_is_a_dead_letter() {
    let (kept, subject) = (Kept::new().await, subject());
    let listener = kept.listener(&subject, &[("MAX_TRIES", "3")]).await;
    let name = subject.name("work");
    let sender = kept.sender(&subject).await;
    listener.will(Doing::Fail(failure()));
    let mut headers = async_nats::HeaderMap::new();
    headers.insert("Kind", "order");
    // It holds for the message, and would not for its letter.
    headers.insert("Nats-Expected-Last-Sequence", "0");
    let context = &kept.context;
    let sent = context.publish_with_headers(name.clone(), headers, "poison".into());
    sent.await.unwrap().await.unwrap();
    assert_eq!(listener.bodies(3).await, ["poison"; 3]);
    let letter = kept.letter().await;
    assert_eq!(letter.payload, "poison");
    for (header, value) in [
        ("Kind", "order"),
        ("Capwire-Subject", &*name),
        ("Capwire-Tries", "3"),
        ("Capwire-Reason", "the actor failed"),
    ] {
        assert_eq!(letter.headers.get(header).unwrap().as_str(), value);
    }
    listener.will(Doing::Succeed);
    sender.publish(&name, "good").await.unwrap();
    assert_eq!(listener.bodies(1).await, ["good"]);
    // The letter stays.
    kept.has(1).await;
}

/// The letter's headers do not fit beside its body.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_letter_as_long_as_the_server_takes_keeps_its_body() {
    for (room, kind, reason) in [(300, None, true), (0, None, false)] {
        let (kept, subject) = (Kept::new().await, subject());
        let listener = kept.listener(&subject, &[("MAX_TRIES", "1")]).await;
        listener.will(Doing::Fail(failure()));
        let client = async_nats::connect(url()).await.unwrap();
        let body = vec![b'x'; client.max_payload() - room];
        let mut headers = async_nats::HeaderMap::new();
        if room > 0 {
            headers.insert("Kind", "x".repeat(room - 40));
        }
        let sent =
            kept.context
                .publish_with_headers(subject.name("work"), headers, body.clone().into());
        sent.await.unwrap().await.unwrap();
        let letter = kept.letter().await;
        assert_eq!(letter.payload, body);
        assert_eq!(letter.headers.get("Kind").map(|_| ()), kind);
        assert_eq!(letter.headers.get("Capwire-Reason").is_some(), reason);
        kept.has(1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_dead_letters_a_message_is_dropped_after_its_last_try() {
    let (kept, subject) = (Kept::new().await, subject());
    let values = [("MAX_TRIES", "2"), ("DEAD_LETTERS", "")];
    let listener = kept.listener(&subject, &values).await;
    listener.will(Doing::Fail(failure()));
    let sender = kept.sender(&subject).await;
    sender
        .publish(&subject.name("work"), "poison")
        .await
        .unwrap();
    assert_eq!(listener.bodies(2).await, ["poison"; 2]);
    kept.has(0).await;
    assert_eq!(listener.count().await, 0);
}

/// The members of a group share the number of messages in progress, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_handles_a_number_of_messages_at_the_same_time() {
    let (kept, subject) = (Kept::new().await, subject());
    let (one, other) = (Listener::default(), Listener::default());
    for (name, listener) in [("one", &one), ("other", &other)] {
        listener.hold();
        let values = kept.values(&[("MAX_CONCURRENT", "3")]);
        subject.listen(ACTOR, name, listener, "work", &values).await;
    }
    let sender = kept.sender(&subject).await;
    for number in 0..10 {
        let name = subject.name("work");
        sender.publish(&name, number.to_string()).await.unwrap();
    }
    let mut handled = Vec::new();
    while handled.len() < 3 {
        handled.extend(one.rest().await);
        handled.extend(other.rest().await);
        tokio::task::yield_now().await;
    }
    assert_eq!(kept.pending().await, (3, 7));
    one.release(10);
    other.release(10);
    kept.has(0).await;
    handled.extend(one.rest().await);
    handled.extend(other.rest().await);
    assert_eq!(handled.len(), 10);
    assert_eq!(handled.into_iter().collect::<HashSet<_>>().len(), 10);
    assert!(one.most_at_once() + other.most_at_once() <= 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_binding_does_not_finish_goes_to_the_next_one() {
    let (kept, subject) = (Kept::new().await, subject());
    let listener = kept.listener(&subject, &[]).await;
    listener.hold();
    let sender = kept.sender(&subject).await;
    for number in 0..3 {
        let name = subject.name("work");
        sender.publish(&name, number.to_string()).await.unwrap();
    }
    assert_eq!(listener.bodies(1).await, ["0"]);
    let end = async {
        // It ends after the message in progress.
        tokio::join!(subject.unbind(ACTOR, "default"), async {
            tokio::task::yield_now().await;
            listener.release(1);
        });
    };
    end.await;
    assert_eq!(listener.count().await, 0, "it takes no further messages");
    let next = kept.listener(&subject, &[]).await;
    assert_eq!(next.bodies(2).await, ["1", "2"]);
    kept.has(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_takes_long_gets_its_message_once() {
    let (kept, subject) = (Kept::new().await, subject());
    let client = async_nats::connect(url()).await.unwrap();
    let signs = client.subscribe(format!("$JS.ACK.{}.>", kept.name)).await;
    let mut signs = signs.unwrap();
    let listener = kept.listener(&subject, &[("ACK_WAIT", "1s")]).await;
    listener.hold();
    let sender = kept.sender(&subject).await;
    sender.publish(&subject.name("work"), "slow").await.unwrap();
    // Three are as long as the server waits without one.
    for _ in 0..4 {
        assert_eq!(signs.next().await.unwrap().payload, "+WPI");
    }
    listener.release(1);
    kept.has(0).await;
    assert_eq!(listener.count().await, 1);
}

/// Such as a message that makes the host run out of memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_of_which_the_host_died_is_a_dead_letter_in_the_end() {
    let (kept, subject) = (Kept::new().await, subject());
    let values = [("ACK_WAIT", "1s"), ("MAX_TRIES", "1")];
    kept.listener(&subject, &values).await;
    subject.unbind(ACTOR, "default").await;
    let sender = kept.sender(&subject).await;
    sender
        .publish(&subject.name("work"), "poison")
        .await
        .unwrap();
    let consumer = kept
        .stream()
        .await
        .get_consumer::<pull::Config>(ACTOR)
        .await;
    let consumer = consumer.unwrap();
    let mut taken = consumer.batch().max_messages(1).messages().await.unwrap();
    assert_eq!(taken.next().await.unwrap().unwrap().payload, "poison");
    let listener = kept.listener(&subject, &values).await;
    kept.letter().await;
    assert_eq!(listener.count().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_stream_and_replies_are_refused() {
    let (kept, subject) = (Kept::new().await, subject());
    let listener = kept.listener(&subject, &[("STREAM_BYTES", "1KiB")]).await;
    listener.hold();
    let (sender, name) = (kept.sender(&subject).await, subject.name("work"));
    sender.publish(&name, [0; 600]).await.unwrap();
    assert_eq!(
        class(sender.publish(&name, [0; 600]).await),
        ErrorClass::Full
    );
    let replied = sender.publish_with(&name, "reply", "question").await;
    assert_eq!(class(replied), ErrorClass::Subject);
    let replied = sender.request(&name, "question", 1_000).await;
    assert_eq!(class(replied), ErrorClass::Subject);
    listener.release(1);
    kept.has(0).await;
    // Other subjects are as they were.
    let nobody = sender.request(&subject.name("other"), "", 1_000).await;
    assert_eq!(class(nobody), ErrorClass::NoResponders);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_binding_without_its_stream_is_refused() {
    let (kept, subject) = (Kept::new().await, subject());
    let listener = Listener::default();
    let values = kept.values(&[]);
    let refused = subject.bind("MSENDER", "default", listener.clone(), &values);
    let refused = refused.await.unwrap_err().to_string();
    assert!(refused.contains("there is no stream"), "{refused}");
    kept.listener(&subject, &[]).await;
    // The stream has another subject for its dead letters.
    let work = subject.name("work");
    let values = kept.values(&[("SUBSCRIPTION", &work), ("DEAD_LETTERS", "nowhere.at.all")]);
    let refused = subject.bind("MOTHER", "default", listener, &values);
    let refused = refused.await.unwrap_err().to_string();
    assert!(
        refused.contains("no stream keeps `nowhere.at.all`"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_was_stored_survives_the_server() {
    let mut server = Own::with_jetstream();
    let proxy = Proxy::start(&server).await;
    let kept = Kept::at(&proxy.url()).await;
    let subject = subject_at(&proxy.url(), &[("TIMEOUT", "500ms")]);
    let listener = kept.listener(&subject, &[("ACK_WAIT", "1s")]).await;
    let (sender, name) = (kept.sender(&subject).await, subject.name("work"));
    let mut stored = HashSet::new();
    let mut number = 0;
    for _ in 0..2 {
        let enough = stored.len() + 50;
        while stored.len() < enough {
            number += 1;
            if sender.publish(&name, number.to_string()).await.is_ok() {
                stored.insert(number.to_string());
            }
        }
        server.kill();
        let away = sender.publish(&name, "lost").await;
        assert_eq!(class(away), ErrorClass::Unavailable);
        server.restart();
        proxy.lead_to(&server);
    }
    let handled = async {
        while !stored.is_empty() {
            stored.remove(&String::from_utf8(listener.next().await.body).unwrap());
        }
    };
    timeout(LONGEST, handled).await.unwrap();
}

#[test]
fn a_wrong_value_is_refused_at_its_key() {
    let stream = ("STREAM", "jobs");
    for (key, values) in [
        ("STREAM", &[("STREAM", "a.b")][..]),
        ("STREAM", &[("STREAM", "")]),
        ("STREAM_BYTES", &[stream, ("STREAM_BYTES", "0")]),
        ("MAX_TRIES", &[stream, ("MAX_TRIES", "0")]),
        ("MAX_TRIES", &[("MAX_TRIES", "3")]),
        ("BACKOFF", &[stream, ("BACKOFF", "1s,,2s")]),
        ("BACKOFF", &[stream, ("BACKOFF", "1")]),
        ("DEAD_LETTERS", &[stream, ("DEAD_LETTERS", "a.*")]),
        (
            "DEAD_LETTERS",
            &[stream, ("SUBSCRIPTION", "a.*"), ("DEAD_LETTERS", "a.dead")],
        ),
        ("ACK_WAIT", &[stream, ("ACK_WAIT", "999ms")]),
        (
            "QUEUEGROUP_NAME",
            &[stream, ("SUBSCRIPTION", "a"), ("QUEUEGROUP_NAME", "")],
        ),
        (
            "QUEUEGROUP_NAME",
            &[stream, ("SUBSCRIPTION", "a"), ("QUEUEGROUP_NAME", "a.b")],
        ),
    ] {
        let config = Config::from_iter(values.iter().copied());
        let error = MessagingNats::check(&config).unwrap_err().to_string();
        assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
    }
    let right = [stream, ("SUBSCRIPTION", "a"), ("BACKOFF", "1s, 2m")];
    MessagingNats::check(&Config::from_iter(right)).unwrap();
}
