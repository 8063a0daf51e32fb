//! Requests, and replies to them.

use super::{Client, Listener, Subject, class};
use crate::limits::Deadline;
use capwire_contracts::messaging::ErrorClass;
use futures_util::future::{join, join_all};
use std::time::{Duration, Instant};

/// The time of requests that get a reply, in milliseconds.
const LONG: i64 = 60_000;
/// The longest time that a request may take after its end, on a slow machine.
const SLOW: Duration = Duration::from_secs(30);

/// Answers `count` requests with their body and an exclamation mark.
async fn answer(listener: &Listener, client: &Client<'_>, count: usize) {
    for _ in 0..count {
        let request = listener.next().await;
        assert!(!request.reply_to.is_empty());
        let body = [&*request.body, b"!"].concat();
        client.publish(&request.reply_to, body).await.unwrap();
    }
}

/// Without any envelope.
pub async fn a_request_gets_its_reply(subject: &Subject) {
    let listener = subject.listener("MLISTENER", "echo").await;
    let client = subject.unbound("MLISTENER", "default");
    let sender = subject.sender().await;
    let name = subject.name("echo");
    let request = sender.request(&name, b"\xff\x00".to_vec(), LONG);
    let (reply, ()) = join(request, answer(&listener, &client, 1)).await;
    assert_eq!(reply.unwrap(), b"\xff\x00!");
}

/// Never that of another one.
pub async fn requests_at_once_get_their_own_replies(subject: &Subject) {
    const REQUESTS: usize = 50;
    let values = [("MAX_CONCURRENT", "50")];
    let listener = subject.listener_with("MLISTENER", "echo", &values).await;
    let client = subject.unbound("MLISTENER", "default");
    let sender = subject.sender().await;
    let (name, sender) = (&subject.name("echo"), &sender);
    let requests = (0..REQUESTS).map(|number| async move {
        let reply = sender.request(name, number.to_string(), LONG).await;
        assert_eq!(reply.unwrap(), format!("{number}!").into_bytes());
    });
    join(join_all(requests), answer(&listener, &client, REQUESTS)).await;
}

/// Further ones have no effect.
pub async fn the_first_reply_counts(subject: &Subject) {
    let listener = subject.listener("MLISTENER", "echo").await;
    let client = subject.unbound("MLISTENER", "default");
    let sender = subject.sender().await;
    let name = subject.name("echo");
    let answers = async {
        let request = listener.next().await;
        for body in ["one", "two"] {
            client.publish(&request.reply_to, body).await.unwrap();
        }
    };
    let (reply, ()) = join(sender.request(&name, "1", LONG), answers).await;
    assert_eq!(reply.unwrap(), b"one");
    let request = sender.request(&name, "2", LONG);
    let (reply, ()) = join(request, answer(&listener, &client, 1)).await;
    assert_eq!(reply.unwrap(), b"2!");
}

/// It does not wait for anything.
pub async fn a_request_without_subscribers_fails_at_once(subject: &Subject) {
    let sender = subject.sender().await;
    let begun = Instant::now();
    let failed = sender.request(&subject.name("nobody"), "", LONG).await;
    assert_eq!(class(failed), ErrorClass::NoResponders);
    assert!(begun.elapsed() < SLOW);
}

/// The time that it asks for.
pub async fn a_request_without_a_reply_ends_in_time(subject: &Subject) {
    let listener = subject.listener("MLISTENER", "silent").await;
    let sender = subject.sender().await;
    let begun = Instant::now();
    let failed = sender.request(&subject.name("silent"), "", 20).await;
    assert_eq!(class(failed), ErrorClass::Timeout);
    let took = begun.elapsed();
    assert!((Duration::from_millis(20)..SLOW).contains(&took));
    listener.next().await;
    let failed = sender.request(&subject.name("silent"), "", -1).await;
    assert_eq!(class(failed), ErrorClass::Timeout);
}

/// Also if it asks for more.
pub async fn the_deadline_of_the_caller_ends_a_request(subject: &Subject) {
    let _listener = subject.listener("MLISTENER", "silent").await;
    let sender = subject.sender().await;
    let deadline = Deadline(Duration::from_millis(20));
    let begun = Instant::now();
    let name = subject.name("silent");
    let failed = sender.limited(&deadline).request(&name, "", LONG).await;
    assert_eq!(class(failed), ErrorClass::Timeout);
    assert!(begun.elapsed() < SLOW);
}

/// By `TIMEOUT`, which is also the time of a request that asks for none.
pub async fn a_binding_bounds_the_time_of_requests(subject: &Subject) {
    let _listener = subject.listener("MLISTENER", "silent").await;
    let values = [("TIMEOUT", "20ms")];
    let bound = subject.bind("MSENDER", "default", Listener::default(), &values);
    bound.await.unwrap();
    let sender = subject.unbound("MSENDER", "default");
    for asked in [LONG, i64::MAX, 0] {
        let begun = Instant::now();
        let failed = sender.request(&subject.name("silent"), "", asked).await;
        assert_eq!(class(failed), ErrorClass::Timeout);
        assert!(begun.elapsed() < SLOW);
    }
}

/// Its sender does not learn of that.
pub async fn a_reply_that_is_late_reaches_nobody(subject: &Subject) {
    let listener = subject.listener("MLISTENER", "slow").await;
    let client = subject.unbound("MLISTENER", "default");
    let sender = subject.sender().await;
    let name = subject.name("slow");
    let failed = sender.request(&name, "late", 20).await;
    assert_eq!(class(failed), ErrorClass::Timeout);
    answer(&listener, &client, 1).await;
    let request = sender.request(&name, "soon", LONG);
    let (reply, ()) = join(request, answer(&listener, &client, 1)).await;
    assert_eq!(reply.unwrap(), b"soon!");
}
