//! Members of a group on different hosts.

use crate::place::{consumer, direct, jetstream, subject_at};
use capwire_contracts_suite::eventstreams::Subject;
use futures_util::StreamExt;
use std::mem;

const GROUP: (&str, &str) = ("GROUP", "workers");

/// Ends a host as a crash does: nothing is given back.
fn crash(host: Subject) {
    // Its tasks go with the provider's connection, which the test leaves open.
    mem::forget(host);
}

/// Two providers stand for two hosts. No event is handled by both, and each stream stays in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_on_different_hosts_share_a_stream_in_order() {
    const EVENTS: usize = 60;
    let jetstream = jetstream();
    let (here, there) = (subject_at(&jetstream), subject_at(&jetstream));
    let listener = here.listener_with("MONE", "a", &[GROUP]).await;
    there
        .listen("MTWO", &listener, &there.name("a"), &[GROUP])
        .await;
    let writer = here.writer().await;
    writer.number(&here.name("a"), 0, EVENTS - 1).await;
    let numbers = listener.numbers(EVENTS).await;
    assert_eq!(numbers, (0..EVENTS).collect::<Vec<_>>());
    assert_eq!(listener.most_at_once(), 1);
}

/// Another host gets the event of one that is gone after `ACK_WAIT`, and counts the try.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_event_of_a_host_that_is_gone_goes_to_another_one() {
    let jetstream = jetstream();
    let gone = subject_at(&jetstream);
    let name = gone.name("a");
    let values = [GROUP, ("ACK_WAIT", "1s"), ("MAX_TRIES", "1")];
    let idle = gone.listener_with("MGONE", "a", &values).await;
    gone.unbind("MGONE", "default").await;
    gone.writer().await.number(&name, 0, 2).await;
    // The member of a host that crashed in its handler.
    let consumer = consumer(&jetstream).await;
    let mut messages = consumer.fetch().max_messages(1).messages().await.unwrap();
    assert!(messages.next().await.is_some());
    crash(gone);

    let other = subject_at(&jetstream);
    let listener = other.listener_with("MOTHER", "a", &values).await;
    // The only try was the one of the host that is gone.
    assert_eq!(listener.numbers(2).await, [1, 2]);
    let dead = format!("dead.{name}");
    let letters = other.writer().await.query(&dead, None, 0).await.unwrap();
    assert_eq!(letters.len(), 1);
    let reason = &letters[0].values["dead-letter.reason"];
    assert_eq!(reason, "the host ended while the actor handled it");
    assert_eq!(letters[0].values["dead-letter.tries"], "1");
    assert_eq!(idle.count().await, 0);
}

/// A handler gives a sign of life in each third of `ACK_WAIT`, so that it keeps its event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_gives_signs_of_life() {
    let jetstream = jetstream();
    let (here, there) = (subject_at(&jetstream), subject_at(&jetstream));
    let values = [GROUP, ("ACK_WAIT", "1s")];
    let slow = here.listener_with("MSLOW", "a", &values).await;
    slow.hold();
    let acknowledgements = format!("$JS.ACK.{jetstream}.>");
    let client = direct().await.client();
    let mut acknowledgements = client.subscribe(acknowledgements).await.unwrap();
    client.flush().await.unwrap();
    here.writer().await.number(&here.name("a"), 0, 1).await;
    assert_eq!(slow.numbers(1).await, [0]);
    let other = there.listener_with("MOTHER", "a", &values).await;
    // Together they last longer than `ACK_WAIT`.
    for _ in 0..5 {
        let sign = acknowledgements.next().await.unwrap();
        assert_eq!(&*sign.payload, b"+WPI");
    }
    assert_eq!(other.count().await, 0);
    slow.release(2);
}
