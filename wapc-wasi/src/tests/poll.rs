//! `poll_oneoff`.

use super::{Guest, PREVIEW_1, UNSTABLE};
use crate::Outcome;
use capwire_wapc::World;
use std::time::Duration;

/// Writes a subscription to a clock at the beginning of memory.
fn put_clock(guest: &mut Guest, namespace: &str, index: usize, clock: [u64; 3]) {
    let (stride, skip) = match namespace {
        PREVIEW_1 => (48, 16),
        _ => (56, 24),
    };
    let [number, timeout, flags] = clock;
    let at = index * stride;
    guest.put(at, &[0; 56]);
    guest.put(at, &(40 + index as u64).to_le_bytes());
    for (offset, value) in [(0, number), (8, timeout), (24, flags)] {
        guest.put(at + skip + offset, &value.to_le_bytes());
    }
}

/// Returns user data, error and kind of each event that the last poll wrote.
fn events(guest: &Guest) -> Vec<(u64, u32)> {
    let events = (0..guest.word(2_048)).map(|index| 1_024 + index as usize * 32);
    let event = |at| (guest.double(at), guest.word(at + 8));
    events.map(event).collect()
}

#[test]
fn a_poll_with_descriptors_returns_them_at_once() {
    for (namespace, stride) in [(PREVIEW_1, 48), (UNSTABLE, 56)] {
        let mut guest = Guest::new();
        put_clock(&mut guest, namespace, 0, [1, 1, 0]);
        let descriptors = [(1, 0), (2, 2), (1, 9)].into_iter().zip(1_u32..);
        for ((kind, descriptor), index) in descriptors {
            let words = [40 + index, 0, kind, 0, descriptor];
            guest.put_words(index as usize * stride, &words);
        }
        let outcome = guest.call_of(namespace, "poll_oneoff", &[0, 1_024, 4, 2_048]);
        assert_eq!(outcome, Outcome::Errno(0));
        // Errno and kind share a word.
        let expected = [(41, 1 << 16), (42, 2 << 16), (43, 1 << 16 | 8)];
        assert_eq!(events(&guest), expected);
        assert_eq!((guest.memory[1_024 + 24], guest.memory[1_056 + 24]), (1, 0));
    }
}

#[test]
fn a_poll_of_clocks_sleeps_until_the_first_g1() {
    for namespace in [PREVIEW_1, UNSTABLE] {
        let mut guest = Guest::new();
        let poll = |guest: &mut Guest, count| {
            guest.call_of(namespace, "poll_oneoff", &[0, 1_024, count, 2_048])
        };
        put_clock(&mut guest, namespace, 0, [1, 9_000, 0]);
        put_clock(&mut guest, namespace, 1, [0, 5_000, 0]);
        assert_eq!(
            poll(&mut guest, 2),
            Outcome::Sleep(Duration::from_nanos(5_000))
        );
        assert_eq!(events(&guest), [(41, 0)]);
        // A time that has come, and one that is to come.
        let now = u64::try_from(guest.world.monotonic().as_nanos()).unwrap();
        put_clock(&mut guest, namespace, 0, [1, now, 1]);
        assert_eq!(poll(&mut guest, 1), Outcome::Errno(0));
        assert_eq!(events(&guest), [(40, 0)]);
        put_clock(&mut guest, namespace, 0, [1, now + 70, 1]);
        assert_eq!(
            poll(&mut guest, 1),
            Outcome::Sleep(Duration::from_nanos(70))
        );
        // No time at all, and a clock that does not exist.
        put_clock(&mut guest, namespace, 0, [1, 0, 0]);
        assert_eq!(poll(&mut guest, 1), Outcome::Errno(0));
        put_clock(&mut guest, namespace, 0, [2, 9_000, 0]);
        assert_eq!(poll(&mut guest, 2), Outcome::Errno(0));
        assert_eq!(events(&guest), [(40, 28)]);
    }
}

#[test]
fn a_poll_for_nothing_or_too_much_is_refused() {
    let mut guest = Guest::new();
    assert_eq!(guest.call("poll_oneoff", &[0, 0, 0, 0]), 28);
    assert_eq!(guest.call("poll_oneoff", &[0, 0, 1_025, 0]), 28);
    assert_eq!(guest.call("poll_oneoff", &[65_500, 0, 1, 0]), 21);
}
