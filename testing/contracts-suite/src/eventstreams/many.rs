//! Many events, over restarts.

use super::subject::{Listener, Subject, number};
use futures_util::future::join_all;
use std::env;

/// The writers at the same time.
const WRITERS: usize = 64;
/// The times that the provider is opened.
const ROUNDS: usize = 4;

/// Returns the number of events: 2,000 in quick runs, and a million in those of `cargo xtask test --full`.
fn most() -> usize {
    let requests = env::var("CAPWIRE_REQUESTS").ok();
    match requests.and_then(|text| text.parse().ok()) {
        Some(many) if many > 1_000 => 20 * many,
        few => 2 * few.unwrap_or(1_000),
    }
}

/// Writes events while two groups read them, and opens the provider again and again. Each group gets all events in the
/// order of their ids.
pub async fn many_events_reach_two_groups_over_restarts(open: impl Fn() -> Subject) {
    let part = most().div_ceil(ROUNDS);
    let (mut one, mut two) = (Reader::default(), Reader::default());
    for round in 0..ROUNDS {
        let subject = open();
        let writer = subject.writer().await;
        let name = subject.name("a");
        let readers = [("MONE", &mut one), ("MTWO", &mut two)];
        for (actor, reader) in &readers {
            subject.listen(actor, &reader.listener, &name, &[]).await;
        }
        let writers = (0..WRITERS).map(|first| {
            let (writer, name) = (writer.clone(), name.clone());
            async move {
                for number in (first..part).step_by(WRITERS) {
                    let number = round * part + number;
                    writer.number(&name, number, number).await;
                }
            }
        });
        join_all(writers).await;
        for (actor, reader) in readers {
            // The last round reads the rest; the others end in between.
            let until = match round + 1 == ROUNDS {
                true => ROUNDS * part,
                false => round * part + part / 2,
            };
            reader.read(until).await;
            subject.unbind(actor, "default").await;
        }
        subject.unbind("MWRITER", "default").await;
    }
    for reader in [one, two] {
        let mut numbers = reader.numbers;
        numbers.sort_unstable();
        assert_eq!(numbers, (0..ROUNDS * part).collect::<Vec<_>>());
    }
}

/// A group, and the events that it has handled.
#[derive(Default)]
struct Reader {
    listener: Listener,
    last: (u64, u64),
    numbers: Vec<usize>,
}

impl Reader {
    /// Handles events until it has had so many different ones.
    async fn read(&mut self, until: usize) {
        while self.numbers.len() < until {
            let event = self.listener.next().await;
            let (millis, index) = event
                .event_id
                .split_once('-')
                .unwrap_or((&event.event_id, "0"));
            let id = (millis.parse().unwrap(), index.parse().unwrap());
            // One that comes again was handled shortly before a restart.
            if id > self.last {
                self.last = id;
                self.numbers.push(number(&event));
            }
        }
    }
}
