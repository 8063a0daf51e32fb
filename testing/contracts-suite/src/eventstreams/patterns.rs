//! Patterns, which stand for many streams.

use super::Subject;
use super::subject::Listener;
use crate::listener::Doing;
use capwire_provider::ActorError;

/// Also for streams that do not exist yet.
pub async fn a_star_stands_for_the_rest_of_a_name(subject: &Subject) {
    let writer = subject.writer().await;
    writer.number(&subject.name("order-1"), 1, 1).await;
    writer.number(&subject.name("other"), 2, 2).await;
    let listener = subject.listener("MLISTENER", "order-*").await;
    assert_eq!(listener.numbers(1).await, [1]);
    writer.number(&subject.name("other"), 3, 3).await;
    writer.number(&subject.name("order-2"), 4, 4).await;
    let event = listener.next().await;
    assert_eq!(event.stream, subject.name("order-2"));
}

/// In which they were written, with many other events between them.
pub async fn a_pattern_keeps_the_order_of_all_its_streams(subject: &Subject) {
    const EVENTS: usize = 300;
    let writer = subject.writer().await;
    for number in 0..EVENTS {
        let name = subject.name(&format!("order-{}", number % 7));
        writer.number(&name, number, number).await;
        writer.number(&subject.name("other"), number, number).await;
    }
    let listener = subject.listener("MLISTENER", "order-*").await;
    assert_eq!(
        listener.numbers(EVENTS).await,
        (0..EVENTS).collect::<Vec<_>>()
    );
    subject.unbind("MLISTENER", "default").await;
    writer
        .number(&subject.name("order-9"), EVENTS, EVENTS)
        .await;
    let listener = subject.listener("MLISTENER", "order-*").await;
    assert_eq!(listener.numbers(1).await, [EVENTS]);
}

/// Otherwise a letter would be delivered to the actor that cannot handle it.
pub async fn a_pattern_passes_over_dead_letters(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let listener = Listener::default();
    listener.will(Doing::Refuse(vec![ActorError::Timeout]));
    subject
        .listen("MLISTENER", &listener, "*", &[("MAX_TRIES", "1")])
        .await;
    writer.number(&name, 0, 1).await;
    assert_eq!(listener.numbers(1).await, [1]);
    writer.number(&name, 2, 2).await;
    assert_eq!(listener.numbers(1).await, [2]);
    let letters = writer
        .query(&format!("dead.{name}"), None, 0)
        .await
        .unwrap();
    assert_eq!(
        letters[0].values["dead-letter.reason"],
        "the actor did not answer in time"
    );
}
