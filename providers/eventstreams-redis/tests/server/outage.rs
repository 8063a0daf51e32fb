//! Outages of a server: nothing that was acknowledged is lost, and followers go on.

use crate::place::values;
use capwire_contracts_suite::eventstreams::Subject;
use capwire_eventstreams_redis::EventStreamsRedis;
use capwire_redis_server::{Own, Proxy};

/// The events that are written between two outages.
const EVENTS: usize = 20;

/// Writes so many events, each until the server has it. Returns their numbers, as often as they may have been written.
async fn write(subject: &Subject, first: usize) {
    let (writer, name) = (subject.unbound("MWRITER", "default"), subject.name("a"));
    for number in first..first + EVENTS {
        let number = number.to_string();
        while writer.write(&name, &[("number", &number)]).await.is_err() {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_survive_a_server_that_is_killed() {
    const OUTAGES: usize = 3;
    let mut server = Own::start();
    let proxy = Proxy::to_socket(&server.socket()).await;
    let values = values(&proxy.url(), "");
    let subject = Subject::new(EventStreamsRedis::new(), values, "test", ());
    subject.writer().await;
    let listener = subject.listener("MLISTENER", "a").await;
    let mut last = None;
    for outage in 0..OUTAGES {
        write(&subject, outage * EVENTS).await;
        server.kill();
        server.restart();
        write(&subject, (OUTAGES + outage) * EVENTS).await;
        // Events come at least once, and in order.
        let end = (OUTAGES + outage + 1) * EVENTS - 1;
        while last != Some(end) {
            last = listener.numbers(1).await.pop();
        }
    }
    let writer = subject.unbound("MWRITER", "default");
    let stored = writer.query(&subject.name("a"), None, 0).await.unwrap();
    for number in 0..2 * OUTAGES * EVENTS {
        let is_it = |event: &&_| capwire_contracts_suite::eventstreams::number(event) == number;
        assert_eq!(stored.iter().filter(is_it).count(), 1, "event {number}");
    }
}
