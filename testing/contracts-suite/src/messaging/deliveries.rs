//! Deliveries: their order, their number, and failures of handlers.

use super::{Doing, Subject};
use capwire_provider::ActorError;
use std::time::Duration;

/// By default, one after the other.
pub async fn messages_of_one_sender_arrive_in_order(subject: &Subject) {
    const MESSAGES: usize = 200;
    let listener = subject.listener("MLISTENER", "numbers.*").await;
    let sender = subject.sender().await;
    let expected: Vec<_> = (0..MESSAGES).map(|number| number.to_string()).collect();
    for number in &expected {
        let name = subject.name(&format!("numbers.{number}"));
        sender.publish(&name, number.as_str()).await.unwrap();
    }
    assert_eq!(listener.bodies(MESSAGES).await, expected);
    assert_eq!(listener.most_at_once(), 1);
}

/// As many as `MAX_CONCURRENT` says.
pub async fn so_many_messages_are_handled_at_the_same_time(subject: &Subject) {
    let values = [("MAX_CONCURRENT", "3")];
    let listener = subject.listener_with("MLISTENER", "work", &values).await;
    listener.hold();
    let sender = subject.sender().await;
    for number in 0..6 {
        let name = subject.name("work");
        sender.publish(&name, number.to_string()).await.unwrap();
    }
    let mut bodies = listener.bodies(3).await;
    listener.release(6);
    bodies.extend(listener.bodies(3).await);
    bodies.sort();
    assert_eq!(bodies, ["0", "1", "2", "3", "4", "5"]);
    assert_eq!(listener.most_at_once(), 3);
}

/// Messages are delivered at most once.
pub async fn a_handler_that_fails_gets_a_message_once(subject: &Subject) {
    let listener = subject.listener("MLISTENER", "work").await;
    let sender = subject.sender().await;
    let name = subject.name("work");
    for error in [
        ActorError::Failed("it broke".to_owned()),
        ActorError::Timeout,
        ActorError::Unavailable {
            retry_after: Duration::ZERO,
        },
    ] {
        listener.will(Doing::Fail(error));
        for body in ["one", "two"] {
            sender.publish(&name, body).await.unwrap();
        }
        assert_eq!(listener.bodies(2).await, ["one", "two"]);
    }
}

/// It has not handled it before.
pub async fn a_busy_actor_gets_its_message_later(subject: &Subject) {
    let listener = subject.listener("MLISTENER", "work").await;
    let busy = ActorError::Busy {
        retry_after: Duration::from_millis(1),
    };
    listener.will(Doing::Refuse(vec![busy; 3]));
    let sender = subject.sender().await;
    let name = subject.name("work");
    for body in ["one", "two"] {
        sender.publish(&name, body).await.unwrap();
    }
    assert_eq!(listener.bodies(2).await, ["one", "two"]);
}

/// While it handles a message.
pub async fn a_handler_can_send(subject: &Subject) {
    let relay = subject.listener("MRELAY", "in").await;
    let end = subject.listener("MEND", "out").await;
    relay.hold();
    let sender = subject.sender().await;
    sender
        .publish(&subject.name("in"), "through")
        .await
        .unwrap();
    let body = relay.next().await.body;
    let client = subject.unbound("MRELAY", "default");
    client.publish(&subject.name("out"), body).await.unwrap();
    assert_eq!(end.next().await.body, b"through");
    relay.release(1);
}
