//! Queues are bounded, and their senders learn of that.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_contracts::messaging::ErrorClass;
use capwire_contracts_suite::messaging::{Client, Subject, class};
use capwire_messaging_local::MessagingLocal;

fn broker() -> Subject {
    Subject::new(MessagingLocal::new(), [], "test", ())
}

/// Sends until a queue is full, and returns the number of messages before that.
async fn fill(sender: &Client<'_>, name: &str, bytes: usize) -> usize {
    for number in 0..1_000 {
        let sent = sender.publish(name, vec![0; bytes]).await;
        if sent.is_err() {
            assert_eq!(class(sent), ErrorClass::Full);
            return number;
        }
    }
    1_000
}

#[tokio::test]
async fn a_sender_learns_of_a_full_queue() {
    let broker = broker();
    let values = [("MAX_QUEUE", "4")];
    let listener = broker.listener_with("MSLOW", "work", &values).await;
    let (sender, name) = (broker.sender().await, broker.name("work"));
    listener.hold();
    assert_eq!(fill(&sender, &name, 0).await, 4);
    let refused = sender.request(&name, "", 1_000).await;
    assert_eq!(class(refused), ErrorClass::Full);
    listener.bodies(1).await;
    listener.release(1);
    listener.bodies(1).await;
    assert_eq!(fill(&sender, &name, 0).await, 1);
    listener.release(1_000);
    listener.bodies(3).await;
}

#[tokio::test]
async fn a_queue_is_bounded_in_bytes() {
    let broker = broker();
    let values = [("MAX_MESSAGE", "10000"), ("MAX_QUEUE_BYTES", "100000")];
    let listener = broker.listener_with("MSLOW", "work", &values).await;
    let (sender, name) = (broker.sender().await, broker.name("work"));
    listener.hold();
    assert_eq!(fill(&sender, &name, 9_000).await, 10);
    assert!(fill(&sender, &name, 100).await > 0, "there is a rest");
}

#[tokio::test]
async fn a_message_reaches_all_subscribers_or_none() {
    let broker = broker();
    let values = [("MAX_QUEUE", "2")];
    let slow = broker.listener_with("MSLOW", "work", &values).await;
    let quick = broker.listener("MQUICK", "work").await;
    let (sender, name) = (broker.sender().await, broker.name("work"));
    slow.hold();
    assert_eq!(fill(&sender, &name, 0).await, 2);
    quick.bodies(2).await;
    slow.release(2);
    slow.bodies(2).await;
    while sender.publish(&name, "end").await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(quick.bodies(1).await, ["end"]);
}

#[tokio::test]
async fn a_full_member_of_a_group_leaves_messages_to_others() {
    let broker = broker();
    let values = [("MAX_QUEUE", "2"), ("QUEUEGROUP_NAME", "workers")];
    let slow = broker.listener_with("MSLOW", "work", &values).await;
    let quick = broker.listener_with("MQUICK", "work", &values).await;
    let (sender, name) = (broker.sender().await, broker.name("work"));
    slow.hold();
    for _ in 0..20 {
        while sender.publish(&name, "").await.is_err() {
            tokio::task::yield_now().await;
        }
    }
    quick.bodies(18).await;
    slow.release(2);
    slow.bodies(2).await;
}

/// Nobody can listen to the replies of others, or answer in the place of others.
#[tokio::test]
async fn replies_reach_only_who_asked() {
    let broker = broker();
    let spy = capwire_contracts_suite::messaging::Listener::default();
    let everything = [("SUBSCRIPTION", ">, _INBOX.>")];
    let bound = broker.bind("MSPY", "default", spy.clone(), &everything);
    bound.await.unwrap();
    let echo = broker.listener("MECHO", "echo").await;
    let (sender, name) = (broker.sender().await, broker.name("echo"));
    let client = broker.unbound("MECHO", "default");
    let answer = async {
        let asked = echo.next().await;
        assert_eq!(asked.reply_to.len(), "_INBOX.".len() + 32);
        client.publish(&asked.reply_to, "secret").await.unwrap();
    };
    let request = sender.request(&name, "", 60_000);
    let (reply, ()) = tokio::join!(request, answer);
    assert_eq!(reply.unwrap(), b"secret");
    sender.publish(&name, "end").await.unwrap();
    assert_eq!(spy.bodies(2).await, ["", "end"]);
}
