//! Events that an actor does not handle.

use super::Subject;
use super::subject::Listener;
use crate::listener::Doing;
use capwire_contracts::eventstreams::Event;
use capwire_provider::ActorError;

/// Refuses the first event as often as it is tried.
fn refuses(tries: usize) -> Listener {
    let listener = Listener::default();
    let error = ActorError::Failed("as this test wants".to_owned());
    listener.will(Doing::Refuse(vec![error; tries]));
    listener
}

/// The dead letters of a stream. They are there before the next event is delivered.
async fn letters(subject: &Subject, stream: &str) -> Vec<Event> {
    subject.writer().await.query(stream, None, 0).await.unwrap()
}

/// With its values, and with its place, its tries and the reason.
pub async fn an_event_that_fails_too_often_is_a_dead_letter(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let ids = writer.number(&name, 0, 1).await;
    let listener = refuses(3);
    let values = [("MAX_TRIES", "3"), ("GROUP", "workers")];
    subject.listen("MLISTENER", &listener, &name, &values).await;
    assert_eq!(listener.numbers(1).await, [1]);
    let letters = letters(subject, &format!("dead.{name}")).await;
    assert_eq!(letters.len(), 1);
    for (key, value) in [
        ("number", "0"),
        ("dead-letter.stream", &name),
        ("dead-letter.id", &ids[0]),
        ("dead-letter.group", "workers"),
        ("dead-letter.tries", "3"),
        ("dead-letter.reason", "the actor failed"),
    ] {
        assert_eq!(letters[0].values[key], value, "{key}");
    }
}

/// For all streams of the binding.
pub async fn dead_letters_go_to_the_named_stream(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    writer.number(&name, 0, 1).await;
    let (listener, graves) = (refuses(1), subject.name("graves"));
    let values = [("MAX_TRIES", "1"), ("DEAD_LETTERS", &*graves)];
    subject.listen("MLISTENER", &listener, &name, &values).await;
    assert_eq!(listener.numbers(1).await, [1]);
    assert_eq!(letters(subject, &graves).await.len(), 1);
}

/// If their stream is empty.
pub async fn dead_letters_can_be_dropped(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    writer.number(&name, 0, 1).await;
    let listener = refuses(1);
    let values = [("MAX_TRIES", "1"), ("DEAD_LETTERS", "")];
    subject.listen("MLISTENER", &listener, &name, &values).await;
    assert_eq!(listener.numbers(1).await, [1]);
    assert_eq!(letters(subject, &format!("dead.{name}")).await, []);
}

/// At once, since it is not shorter later.
pub async fn an_event_that_is_too_long_for_the_actor_is_a_dead_letter(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    writer.number(&name, 0, 1).await;
    let listener = Listener::default();
    listener.will(Doing::Refuse(vec![ActorError::TooLong { most: 1 }]));
    subject.listen("MLISTENER", &listener, &name, &[]).await;
    assert_eq!(listener.numbers(1).await, [1]);
    let letters = letters(subject, &format!("dead.{name}")).await;
    assert_eq!(letters[0].values["dead-letter.tries"], "1");
}

/// By an actor that handles them.
pub async fn dead_letters_can_be_followed(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let sexton = Listener::default();
    let dead = format!("dead.{name}");
    subject.listen("MSEXTON", &sexton, &dead, &[]).await;
    let listener = refuses(1);
    subject
        .listen("MLISTENER", &listener, &name, &[("MAX_TRIES", "1")])
        .await;
    writer.number(&name, 0, 0).await;
    let letter = sexton.next().await;
    assert_eq!((&*letter.stream, &*letter.values["number"]), (&*dead, "0"));
}
