//! Each test waits for an event without a time limit, so that slow machines pass.

use super::*;

fn clock() -> Arc<Clock> {
    Arc::new(Clock::start(&Engine::default()).unwrap())
}

fn wait_until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}

impl Clock {
    fn is_asleep(&self) -> bool {
        self.shared.asleep.load(SeqCst)
    }
}

#[test]
fn a_slice_is_never_shorter_than_it_should_be() {
    assert_eq!(ticks(Duration::from_millis(1)), 2);
    assert_eq!(ticks(Duration::from_micros(1_001)), 3);
    assert_eq!(ticks(Duration::ZERO), 1);
    assert!(ticks(Duration::MAX) <= u64::MAX / 2 + 1);
}

#[test]
fn the_clock_ticks_while_a_guest_runs_and_sleeps_while_none_does() {
    let clock = clock();
    let guest = clock.guest();
    for _ in 0..3 {
        wait_until(|| clock.is_asleep());
        let running = guest.run();
        let deadline = clock.after(2 * u64::from(TICKS_BETWEEN_LOOKS));
        wait_until(|| clock.until(deadline) == 0);
        drop(running);
    }
}

#[test]
fn a_guest_that_is_gone_is_forgotten() {
    let clock = clock();
    let gone = clock.guest();
    let running = gone.run();
    let other = clock.guest();
    drop(running);
    drop(gone);
    wait_until(|| {
        drop(other.run()); // the thread checks its guests before it sleeps
        clock.shared.guests().len() == 1
    });
}

#[test]
fn the_thread_ends_with_its_clock_asleep_or_not() {
    let asleep = clock();
    wait_until(|| asleep.is_asleep());
    for clock in [asleep, clock()] {
        let shared = Arc::downgrade(&clock.shared);
        drop(clock);
        wait_until(|| shared.strong_count() == 0);
    }
}
