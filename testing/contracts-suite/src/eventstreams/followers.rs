//! Events that are delivered.

use super::Subject;
use super::subject::{Listener, number};
use crate::listener::Doing;
use capwire_provider::ActorError;
use std::time::Duration;

fn failed() -> ActorError {
    ActorError::Failed("as this test wants".to_owned())
}

/// Those that are there already, and those that are written later.
pub async fn a_follower_gets_all_events_in_order(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let ids = writer.number(&name, 0, 99).await;
    let listener = subject.listener("MLISTENER", "a").await;
    let first = listener.next().await;
    assert_eq!((&*first.event_id, &*first.stream), (&*ids[0], &*name));
    assert_eq!(listener.numbers(99).await, (1..100).collect::<Vec<_>>());
    writer.number(&subject.name("other"), 0, 0).await;
    writer.number(&name, 100, 109).await;
    assert_eq!(listener.numbers(10).await, (100..110).collect::<Vec<_>>());
}

/// `new` counts from the first binding on, also if the next one is later.
pub async fn a_group_can_start_with_new_events(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    writer.number(&name, 0, 2).await;
    subject
        .listener_with("MLISTENER", "a", &[("START", "new")])
        .await;
    subject.unbind("MLISTENER", "default").await;
    writer.number(&name, 3, 4).await;
    let listener = subject
        .listener_with("MLISTENER", "a", &[("START", "new")])
        .await;
    assert_eq!(listener.numbers(2).await, [3, 4]);
}

/// The event itself is not delivered.
pub async fn a_group_can_start_after_an_event(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let ids = writer.number(&name, 0, 4).await;
    let listener = subject
        .listener_with("MLISTENER", "a", &[("START", &ids[2])])
        .await;
    assert_eq!(listener.numbers(2).await, [3, 4]);
}

/// The next binding goes on after the last event that was handled.
pub async fn a_position_outlives_a_binding(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    writer.number(&name, 0, 4).await;
    let before = subject.listener("MLISTENER", "a").await;
    assert_eq!(before.numbers(5).await, [0, 1, 2, 3, 4]);
    subject.unbind("MLISTENER", "default").await;
    writer.number(&name, 5, 6).await;
    let after = subject.listener("MLISTENER", "a").await;
    assert_eq!(after.numbers(2).await, [5, 6]);
    assert_eq!(before.count().await, 0);
}

/// The group of an actor is its own, unless the binding names one.
pub async fn each_group_gets_each_event(subject: &Subject) {
    let (writer, name) = (subject.writer().await, subject.name("a"));
    writer.number(&name, 0, 1).await;
    let one = subject.listener("MONE", "a").await;
    let two = subject.listener("MTWO", "a").await;
    let three = subject
        .listener_with("MTHREE", "a", &[("GROUP", "third")])
        .await;
    writer.number(&name, 2, 3).await;
    for listener in [one, two, three] {
        assert_eq!(listener.numbers(4).await, [0, 1, 2, 3]);
    }
}

/// One of them handles each event, and never two at the same time.
pub async fn members_of_a_group_share_the_events(subject: &Subject) {
    let writer = subject.writer().await;
    let group = [("GROUP", "workers")];
    let one = subject.listener_with("MONE", "a", &group).await;
    subject
        .listen("MTWO", &one, &subject.name("a"), &group)
        .await;
    writer.number(&subject.name("a"), 0, 49).await;
    assert_eq!(one.numbers(50).await, (0..50).collect::<Vec<_>>());
    assert_eq!(one.most_at_once(), 1);
    // The position is the group's, so that another member goes on.
    subject.unbind("MONE", "default").await;
    writer.number(&subject.name("a"), 50, 59).await;
    assert_eq!(one.numbers(10).await, (50..60).collect::<Vec<_>>());
}

/// The next one comes when the last one is handled.
pub async fn one_event_of_a_stream_is_handled_at_a_time(subject: &Subject) {
    let writer = subject.writer().await;
    let listener = subject.listener("MLISTENER", "a").await;
    listener.hold();
    writer.number(&subject.name("a"), 0, 4).await;
    for expected in 0..5 {
        assert_eq!(listener.numbers(1).await, [expected]);
        assert_eq!(listener.count().await, 0);
        listener.release(1);
    }
    assert_eq!(listener.most_at_once(), 1);
}

/// One whose handler does not end does not stop the others.
pub async fn streams_do_not_wait_for_each_other(subject: &Subject) {
    let writer = subject.writer().await;
    let streams = format!("{}, {}", subject.name("a"), subject.name("b"));
    let listener = Listener::default();
    subject.listen("MLISTENER", &listener, &streams, &[]).await;
    listener.hold();
    writer.number(&subject.name("a"), 0, 0).await;
    assert_eq!(listener.numbers(1).await, [0]);
    writer.number(&subject.name("b"), 1, 1).await;
    assert_eq!(listener.numbers(1).await, [1]);
    assert_eq!(listener.most_at_once(), 2);
    listener.release(2);
}

/// The order of the stream is kept.
pub async fn an_event_that_failed_comes_again_before_others(subject: &Subject) {
    let writer = subject.writer().await;
    let listener = Listener::default();
    listener.will(Doing::Refuse(vec![failed(), ActorError::Timeout, failed()]));
    writer.number(&subject.name("a"), 0, 2).await;
    subject
        .listen("MLISTENER", &listener, &subject.name("a"), &[])
        .await;
    assert_eq!(listener.numbers(3).await, [0, 1, 2]);
}

/// To be busy is not a failure.
pub async fn a_busy_actor_gets_its_event_later(subject: &Subject) {
    let writer = subject.writer().await;
    let listener = Listener::default();
    let retry_after = Duration::from_millis(1);
    listener.will(Doing::Refuse(vec![ActorError::Busy { retry_after }; 4]));
    writer.number(&subject.name("a"), 0, 1).await;
    let once = [("MAX_TRIES", "1")];
    subject
        .listen("MLISTENER", &listener, &subject.name("a"), &once)
        .await;
    assert_eq!(listener.numbers(2).await, [0, 1]);
}

/// However often the actor fails.
pub async fn without_a_maximum_of_tries_a_stream_waits(subject: &Subject) {
    let writer = subject.writer().await;
    let listener = Listener::default();
    listener.will(Doing::Refuse(vec![failed(); 20]));
    writer.number(&subject.name("a"), 0, 1).await;
    let forever = [("MAX_TRIES", "0")];
    subject
        .listen("MLISTENER", &listener, &subject.name("a"), &forever)
        .await;
    assert_eq!(number(&listener.next().await), 0);
    assert_eq!(number(&listener.next().await), 1);
}
