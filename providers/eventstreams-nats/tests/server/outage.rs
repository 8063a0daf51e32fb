//! Outages of a server: nothing that was acknowledged is lost or written twice, and followers go on.

use crate::place::values;
use capwire_contracts_suite::eventstreams::{Listener, Subject, number};
use capwire_eventstreams_nats::EventStreamsNats;
use capwire_nats_server::{Own, Proxy};
use capwire_provider::ProviderError;
use futures_util::future::join;

/// The events that are written between two outages.
const EVENTS: usize = 20;
const OUTAGES: usize = 3;

/// Writes so many events, each until the server has it.
async fn write(subject: &Subject, first: usize) {
    let writer = subject.unbound("MWRITER", "default");
    for number in first..first + EVENTS {
        let number = number.to_string();
        let values = [("number", &*number)];
        writer.write(&subject.name("a"), &values).await.unwrap();
    }
}

/// Checks that each event is stored once, and in order.
async fn check(subject: &Subject) {
    let writer = subject.unbound("MWRITER", "default");
    let stored = writer.query(&subject.name("a"), None, 0).await.unwrap();
    let numbers: Vec<_> = stored.iter().map(number).collect();
    assert_eq!(numbers, (0..2 * OUTAGES * EVENTS).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_survive_a_server_that_is_killed() {
    let mut server = Own::with_jetstream();
    let proxy = Proxy::start(&server).await;
    let values = values(&proxy.url(), "events");
    let subject = Subject::new(EventStreamsNats::new(), values, "test", ());
    subject.writer().await;
    // A server that is killed can forget that an event was acknowledged, and then waits so long for it.
    let soon = [("ACK_WAIT", "1s")];
    let listener = subject.listener_with("MLISTENER", "a", &soon).await;
    let mut last = None;
    for outage in 0..OUTAGES {
        write(&subject, 2 * outage * EVENTS).await;
        server.kill();
        server.restart();
        proxy.lead_to(&server);
        write(&subject, (2 * outage + 1) * EVENTS).await;
        // Events come at least once, and in order.
        let end = 2 * (outage + 1) * EVENTS - 1;
        while last != Some(end) {
            let next = listener.numbers(1).await.pop();
            assert!(next <= last.map_or(Some(0), |last| Some(last + 1)));
            last = next;
        }
    }
    check(&subject).await;
}

/// A write without an answer is sent again, and stored once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_stopped_goes_on() {
    let server = Own::with_jetstream();
    let proxy = Proxy::start(&server).await;
    let values = values(&proxy.url(), "events");
    let subject = Subject::new(EventStreamsNats::new(), values, "test", ());
    subject.writer().await;
    let hasty = [("TIMEOUT", "2s")];
    let bound = subject.bind("MHASTY", "default", Listener::default(), &hasty);
    bound.await.unwrap();
    let listener = subject.listener("MLISTENER", "a").await;
    for outage in 0..OUTAGES {
        write(&subject, 2 * outage * EVENTS).await;
        server.signal("STOP");
        let writing = write(&subject, (2 * outage + 1) * EVENTS);
        let going_on = async {
            // By the time that this operation has given up, a write was sent again. The server stops soon after the signal.
            let hasty = subject.unbound("MHASTY", "default");
            let mut read = hasty.query("a", None, 0).await;
            while read.is_ok() {
                read = hasty.query("a", None, 0).await;
            }
            assert!(
                matches!(read, Err(ProviderError::Unavailable { .. })),
                "{read:?}"
            );
            server.signal("CONT");
        };
        join(writing, going_on).await;
    }
    let mut last = None;
    while last != Some(2 * OUTAGES * EVENTS - 1) {
        last = listener.numbers(1).await.pop();
    }
    check(&subject).await;
}
