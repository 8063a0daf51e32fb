//! Waiting with an end.

use crate::clock::Clock;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// A future was given up: its time had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GivenUp;

/// Runs `future` until it is done or the clock shows `time`.
pub(crate) async fn until<F: Future>(
    clock: &dyn Clock,
    time: Duration,
    future: F,
) -> Result<F::Output, GivenUp> {
    unless(|| clock.sleep_until(time), future).await
}

/// Runs `future` until it is done or `end` is, which is made only if the future waits:
/// most calls never do.
pub(crate) async fn unless<F: Future, E: Future>(
    end: impl FnOnce() -> E,
    future: F,
) -> Result<F::Output, GivenUp> {
    let mut future = pin!(future);
    let mut begin = Some(end);
    let mut end = pin!(None);
    poll_fn(|cx| {
        // Once each: a future that gives way must not be asked again in the same turn.
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Ok(output));
        }
        if let Some(begin) = begin.take() {
            end.set(Some(begin()));
        }
        match end.as_mut().as_pin_mut() {
            Some(end) => end.poll(cx).map(|_| Err(GivenUp)),
            None => Poll::Pending,
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use std::task::{Context, Waker};

    #[test]
    fn a_future_that_gives_way_is_asked_once_a_turn() {
        let mut asked = 0;
        let gives_way = poll_fn(|_| {
            asked += 1;
            Poll::<()>::Pending
        });
        let clock = ManualClock::at(Duration::ZERO);
        let soon = Duration::from_secs(1);
        {
            let mut waits = pin!(until(&clock, soon, gives_way));
            let mut cx = Context::from_waker(Waker::noop());
            assert!(waits.as_mut().poll(&mut cx).is_pending());
            assert!(waits.as_mut().poll(&mut cx).is_pending());
            clock.advance(soon);
            assert_eq!(waits.as_mut().poll(&mut cx), Poll::Ready(Err(GivenUp)));
        }
        assert_eq!(asked, 3);
    }
}
