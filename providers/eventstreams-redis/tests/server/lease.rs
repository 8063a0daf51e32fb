//! Members of a group on different hosts.

use crate::place::{direct, prefix, subject_at};
use capwire_contracts_suite::eventstreams::Subject;
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
    let prefix = prefix();
    let (here, there) = (subject_at(&prefix), subject_at(&prefix));
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
    let prefix = prefix();
    let gone = subject_at(&prefix);
    let name = gone.name("a");
    gone.writer().await.number(&name, 0, 2).await;
    // The consumer of a host that crashed in its handler.
    let key = format!("{prefix}{name}");
    let mut group = redis::cmd("XGROUP");
    group.arg("CREATE").arg(&key).arg("workers").arg("0");
    group.exec(&mut direct()).unwrap();
    let mut taken = redis::cmd("XREADGROUP");
    taken.arg("GROUP").arg("workers").arg("crashed");
    taken.arg("COUNT").arg(1).arg("STREAMS").arg(&key).arg(">");
    taken.exec(&mut direct()).unwrap();
    crash(gone);

    let other = subject_at(&prefix);
    let values = [GROUP, ("ACK_WAIT", "1s"), ("MAX_TRIES", "1")];
    let listener = other.listener_with("MOTHER", "a", &values).await;
    // The only try was the one of the host that is gone.
    assert_eq!(listener.numbers(2).await, [1, 2]);
    let dead = format!("dead.{name}");
    let letters = other.writer().await.query(&dead, None, 0).await.unwrap();
    let reason = &letters[0].values["dead-letter.reason"];
    assert_eq!(reason, "the host ended while the actor handled it");
    let mut consumers = redis::cmd("XINFO");
    consumers.arg("CONSUMERS").arg(&key).arg("workers");
    let consumers: Vec<redis::Value> = consumers.query(&mut direct()).unwrap();
    assert!(
        !format!("{consumers:?}").contains("crashed"),
        "{consumers:?}"
    );
}

/// A handler gives a sign of life in each third of `ACK_WAIT`, so that it keeps its event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_gives_signs_of_life() {
    let prefix = prefix();
    let (here, there) = (subject_at(&prefix), subject_at(&prefix));
    let values = [GROUP, ("ACK_WAIT", "6s")];
    let slow = here.listener_with("MSLOW", "a", &values).await;
    slow.hold();
    here.writer().await.number(&here.name("a"), 0, 1).await;
    assert_eq!(slow.numbers(1).await, [0]);
    let other = there.listener_with("MOTHER", "a", &values).await;
    let key = format!("{prefix}{}", here.name("a"));
    let mut longest = 0;
    capwire_scaffold::eventually("the time without a sign begins again", || {
        let mut pending = redis::cmd("XPENDING");
        pending.arg(&key).arg("workers").arg("-").arg("+").arg(1);
        let pending: Vec<(String, String, u64, u64)> = pending.query(&mut direct()).unwrap();
        let idle = pending[0].2;
        longest = longest.max(idle);
        idle + 500 < longest
    });
    assert_eq!(other.count().await, 0);
    slow.release(2);
}
