//! Messages from one actor to another.

use super::{Subject, class};
use capwire_contracts::messaging::ErrorClass;

/// With its subject, its reply subject and its body.
pub async fn a_message_reaches_its_subscriber(subject: &Subject) {
    let orders = subject.listener("MORDERS", "orders").await;
    let sender = subject.sender().await;
    let (name, reply_to) = (subject.name("orders"), subject.name("replies"));
    sender.publish_with(&name, &reply_to, "paid").await.unwrap();
    sender.publish(&name, "").await.unwrap();
    let first = orders.next().await;
    assert_eq!((&first.subject, &first.reply_to), (&name, &reply_to));
    assert_eq!(first.body, b"paid");
    let second = orders.next().await;
    assert_eq!((&*second.reply_to, &*second.body), ("", &b""[..]));
}

/// Nobody has to be there.
pub async fn a_message_without_subscribers_is_sent(subject: &Subject) {
    let sender = subject.sender().await;
    let nobody = subject.name("nobody");
    sender.publish(&nobody, "hello").await.unwrap();
    let reply_to = subject.name("replies");
    sender
        .publish_with(&nobody, &reply_to, "hello")
        .await
        .unwrap();
}

/// A body is not text.
pub async fn bodies_of_all_bytes_arrive(subject: &Subject) {
    let listener = subject.listener("MLISTENER", "bytes").await;
    let sender = subject.sender().await;
    let body: Vec<u8> = (0..=u8::MAX).cycle().take(4_096).collect();
    let name = subject.name("bytes");
    sender.publish(&name, body.clone()).await.unwrap();
    assert_eq!(listener.next().await.body, body);
}

/// By default.
pub async fn a_message_of_the_maximum_size_arrives(subject: &Subject) {
    let listener = subject.listener("MLISTENER", "large").await;
    let sender = subject.sender().await;
    let name = subject.name("large");
    let body = vec![7; 1 << 20];
    sender.publish(&name, body.clone()).await.unwrap();
    assert!(listener.next().await.body == body);
}

/// In both operations, with an error that says why.
pub async fn a_longer_message_is_refused(subject: &Subject) {
    let sender = subject.sender().await;
    let (name, body) = (subject.name("large"), vec![7; (1 << 20) + 1]);
    let refused = sender.publish(&name, body.clone()).await;
    assert_eq!(class(refused), ErrorClass::Size);
    let refused = sender.request(&name, body, 1_000).await;
    assert_eq!(class(refused), ErrorClass::Size);
}

/// Without a reply subject, with nil in its place, and as an array without names.
pub async fn messages_in_the_forms_of_2020_are_read(subject: &Subject) {
    let listener = subject.listener("MLISTENER", "old").await;
    let sender = subject.sender().await;
    let name = subject.name("old");
    let text = |text: &str| {
        let length = u8::try_from(text.len()).unwrap();
        [&[0xd9, length], text.as_bytes()].concat()
    };
    let named = [
        text("subject"),
        text(&name),
        text("body"),
        b"\xc4\x01b".to_vec(),
    ];
    let with_nil = [named.concat(), text("replyTo"), vec![0xc0]].concat();
    let array = [text(&name), text(""), b"\xc4\x01b".to_vec()].concat();
    for payload in [
        [&b"\x82"[..], &named.concat()].concat(),
        [&b"\x83"[..], &with_nil].concat(),
        [&b"\x93"[..], &array].concat(),
    ] {
        sender.raw("Publish", &payload).await.unwrap();
        let message = listener.next().await;
        assert_eq!((&*message.body, &*message.reply_to), (&b"b"[..], ""));
    }
}
