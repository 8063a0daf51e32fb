//! Bindings: their end, their replacement, and their values.

use super::Subject;
use super::subject::Listener;
use capwire_provider::ProviderError;
use futures_util::future::join;

/// Its handler can write events. The next event goes to the next binding.
pub async fn unbinding_finishes_the_event_under_way(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let listener = subject.listener("MLISTENER", "a").await;
    listener.hold();
    writer.number(&name, 0, 1).await;
    assert_eq!(listener.numbers(1).await, [0]);
    let handle = async {
        let handler = subject.unbound("MLISTENER", "default");
        handler.number(&subject.name("b"), 7, 7).await;
        listener.release(1);
    };
    // The binding cannot end before its handler, so the first of both waits for the second.
    join(subject.unbind("MLISTENER", "default"), handle).await;
    assert_eq!(listener.count().await, 0);
    let next = subject.listener("MLISTENER", "a").await;
    assert_eq!(next.numbers(1).await, [1]);
    assert_eq!(
        writer
            .query(&subject.name("b"), None, 0)
            .await
            .unwrap()
            .len(),
        1
    );
}

/// Others do.
pub async fn an_unbound_follower_gets_nothing(subject: &Subject) {
    let listener = subject.listener("MLISTENER", "a").await;
    let other = subject.listener("MOTHER", "a").await;
    subject.unbind("MLISTENER", "default").await;
    subject.unbind("MLISTENER", "default").await;
    let writer = subject.writer().await;
    writer.number(&subject.name("a"), 0, 0).await;
    assert_eq!(other.numbers(1).await, [0]);
    assert_eq!(listener.count().await, 0);
}

/// After it, only the new ones count.
pub async fn another_binding_replaces_the_streams(subject: &Subject) {
    let writer = subject.writer().await;
    let before = subject.listener("MLISTENER", "a").await;
    let after = subject.listener("MLISTENER", "b").await;
    writer.number(&subject.name("a"), 0, 0).await;
    writer.number(&subject.name("b"), 1, 1).await;
    assert_eq!(after.numbers(1).await, [1]);
    assert_eq!(before.count().await, 0);
}

/// Neither before the first binding nor after the last.
pub async fn unbound_actors_cannot_write(subject: &Subject) {
    let name = subject.name("a");
    let unbound = subject.unbound("MWRITER", "default");
    let refused = unbound.write(&name, &[]).await;
    assert!(matches!(refused, Err(ProviderError::NotBound)));
    let writer = subject.writer().await;
    writer.write(&name, &[]).await.unwrap();
    subject.unbind("MWRITER", "default").await;
    let refused = writer.query(&name, None, 0).await;
    assert!(matches!(refused, Err(ProviderError::NotBound)));
}

/// So that a typing error is found.
pub async fn unknown_event_operations_are_named(subject: &Subject) {
    let writer = subject.writer().await;
    for operation in ["writeEvent", "DeliverEvent", ""] {
        let refused = writer.raw(operation, &[0x80]).await;
        let Err(ProviderError::UnknownOperation { operation: named }) = refused else {
            panic!("{operation}: {refused:?}");
        };
        assert_eq!(named, operation);
    }
}

/// Never a panic, whatever the bytes are.
pub async fn malformed_events_are_refused(subject: &Subject) {
    let writer = subject.writer().await;
    for operation in ["WriteEvent", "QueryStream", "ReadStream"] {
        for payload in [
            &b""[..],
            b"\xc1",
            b"\x80",
            b"\x81\xa6stream\x01",
            b"\xdf\xff\xff\xff\xff",
            b"\x82\xa6stream\xa1a\xa6values\xdf\xff\xff\xff\xff",
        ] {
            let refused = writer.raw(operation, payload).await;
            assert!(
                matches!(refused, Err(ProviderError::BadMessage { .. })),
                "{operation} {payload:x?}"
            );
        }
    }
}

/// With the name of their key.
pub async fn wrong_values_of_streams_are_refused(subject: &Subject) {
    for (key, value) in [
        ("NO_SUCH_KEY", "1"),
        ("STREAMS", "two words"),
        ("GROUP", "a.b"),
        ("START", "1-x"),
        ("MAX_TRIES", "1001"),
        ("BACKOFF", "soon"),
        ("DEAD_LETTERS", "*"),
        ("MAX_EVENT", "1TiB"),
    ] {
        let refused = subject
            .bind("MACTOR", "default", Listener::default(), &[(key, value)])
            .await;
        let Err(ProviderError::Config { key: named, .. }) = refused else {
            panic!("{key}: {refused:?}");
        };
        assert_eq!(named, key);
    }
    let unbound = subject.unbound("MACTOR", "default");
    let refused = unbound.write(&subject.name("a"), &[]).await;
    assert!(matches!(refused, Err(ProviderError::NotBound)));
}
