//! Bindings: their end, their replacement, and their values.

use super::{Listener, Subject};
use capwire_provider::ProviderError;
use futures_util::future::join;

/// The messages that wait are handled before the binding ends, and their handlers can send.
pub async fn unbinding_finishes_what_has_arrived(subject: &Subject) {
    const MESSAGES: usize = 5;
    let listener = subject.listener("MLISTENER", "work").await;
    let replies = subject.listener("MREPLIES", "replies").await;
    listener.hold();
    let sender = subject.sender().await;
    for number in 0..MESSAGES {
        let name = subject.name("work");
        sender.publish(&name, number.to_string()).await.unwrap();
    }
    // The reply shows that the broker has seen everything before it.
    sender.publish(&subject.name("replies"), "").await.unwrap();
    replies.next().await;
    let mut bodies = listener.bodies(1).await;
    let client = subject.unbound("MLISTENER", "default");
    let handle = async {
        client.publish(&subject.name("replies"), "").await.unwrap();
        replies.next().await;
        listener.release(MESSAGES);
        bodies.extend(listener.bodies(MESSAGES - 1).await);
    };
    // The binding cannot end before its handlers, so the first of both waits for the second.
    join(subject.unbind("MLISTENER", "default"), handle).await;
    assert_eq!(bodies, ["0", "1", "2", "3", "4"]);
}

/// Others do.
pub async fn an_unbound_actor_gets_nothing(subject: &Subject) {
    let listener = subject.listener("MLISTENER", "a").await;
    let other = subject.listener("MOTHER", "a").await;
    subject.unbind("MLISTENER", "default").await;
    subject.unbind("MLISTENER", "default").await;
    let sender = subject.sender().await;
    sender.publish(&subject.name("a"), "hello").await.unwrap();
    assert_eq!(other.bodies(1).await, ["hello"]);
    assert_eq!(listener.count().await, 0);
}

/// After it, only the new ones count.
pub async fn another_binding_replaces_the_subscriptions(subject: &Subject) {
    let before = subject.listener("MLISTENER", "a,b").await;
    let after = subject.listener("MLISTENER", "b,c").await;
    let sender = subject.sender().await;
    for name in ["a", "b", "c"] {
        sender.publish(&subject.name(name), name).await.unwrap();
    }
    let mut bodies = after.bodies(2).await;
    bodies.sort();
    assert_eq!(bodies, ["b", "c"]);
    assert_eq!(before.count().await, 0);
}

/// Neither before the first binding nor after the last.
pub async fn unbound_actors_cannot_send(subject: &Subject) {
    let name = subject.name("a");
    let unbound = subject.unbound("MSENDER", "default");
    let refused = unbound.publish(&name, "").await;
    assert!(matches!(refused, Err(ProviderError::NotBound)));
    let sender = subject.sender().await;
    sender.publish(&name, "").await.unwrap();
    subject.unbind("MSENDER", "default").await;
    let refused = sender.request(&name, "", 1_000).await;
    assert!(matches!(refused, Err(ProviderError::NotBound)));
}

/// So that a typing error is found.
pub async fn unknown_operations_are_named(subject: &Subject) {
    let sender = subject.sender().await;
    for operation in ["publish", "DeliverMessage", ""] {
        let refused = sender.raw(operation, &[0x80]).await;
        let Err(ProviderError::UnknownOperation { operation: named }) = refused else {
            panic!("{operation}: {refused:?}");
        };
        assert_eq!(named, operation);
    }
}

/// Never a panic, whatever the bytes are.
pub async fn malformed_messages_are_refused(subject: &Subject) {
    let sender = subject.sender().await;
    for operation in ["Publish", "Request"] {
        for payload in [
            &b""[..],
            b"\xc1",
            b"\x80",
            b"\x81\xa7subject\x01",
            b"\xdf\xff\xff\xff\xff",
            b"\x82\xa7subject\xa1a\xa4body\xdf\xff\xff\xff\xff",
        ] {
            let refused = sender.raw(operation, payload).await;
            assert!(
                matches!(refused, Err(ProviderError::BadMessage { .. })),
                "{operation} {payload:x?}"
            );
        }
    }
}

/// With the name of their key.
pub async fn wrong_values_are_refused(subject: &Subject) {
    for (key, value) in [
        ("NO_SUCH_KEY", "1"),
        ("QUEUEGROUP_NAME", "two words"),
        ("MAX_CONCURRENT", "0"),
        ("MAX_QUEUE", "none"),
        ("MAX_QUEUE_BYTES", "1KiB"),
        ("MAX_MESSAGE", "1TiB"),
        ("TIMEOUT", "soon"),
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
    let refused = unbound.publish(&subject.name("a"), "").await;
    assert!(matches!(refused, Err(ProviderError::NotBound)));
}
