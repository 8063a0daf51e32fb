//! Queues are bounded, whatever the server sends.

use crate::contract::subject;
use capwire_contracts::messaging::ErrorClass;
use capwire_contracts_suite::messaging::class;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_for_a_slow_actor_are_dropped() {
    const QUEUE: usize = 4;
    let subject = subject();
    let values = [("MAX_QUEUE", "4")];
    let listener = subject.listener_with("MSLOW", "work", &values).await;
    listener.hold();
    let client = subject.unbound("MSLOW", "default");
    for number in 0..50 {
        let name = subject.name("work");
        client.publish(&name, number.to_string()).await.unwrap();
    }
    // The answer comes after all messages, on the same connection.
    let nobody = client.request(&subject.name("nobody"), "", 60_000).await;
    assert_eq!(class(nobody), ErrorClass::NoResponders);
    assert_eq!(listener.bodies(1).await, ["0"]);
    listener.release(50);
    subject.unbind("MSLOW", "default").await;
    let handled = 1 + listener.count().await;
    // As many can be between the connection and the queue.
    assert!((QUEUE..=2 * QUEUE).contains(&handled), "{handled}");
}

/// Before it is sent, so that the server does not end the connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_too_long_for_the_server_is_refused() {
    let subject = subject();
    let listener = capwire_contracts_suite::messaging::Listener::default();
    let name = subject.name("large");
    let values = [("MAX_MESSAGE", "4MiB"), ("SUBSCRIPTION", &*name)];
    let bound = subject.bind("MACTOR", "default", listener.clone(), &values);
    bound.await.unwrap();
    let client = subject.unbound("MACTOR", "default");
    let refused = client.publish(&name, vec![0; 2 << 20]).await;
    assert_eq!(class(refused), ErrorClass::Size);
    client.publish(&name, "small").await.unwrap();
    assert_eq!(listener.bodies(1).await, ["small"]);
}
