//! Waiting with a timeout or until cancelled.

use crate::clock::Clock;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// The wait ended before the future completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cancelled;

/// Runs `future` until it completes or the clock's monotonic time reaches `deadline`.
pub(crate) async fn with_timeout<F: Future>(
    clock: &dyn Clock,
    deadline: Duration,
    future: F,
) -> Result<F::Output, Cancelled> {
    until_cancelled(|| clock.sleep_until(deadline), future).await
}

/// Runs `future` until it completes or is cancelled. The cancellation is created when the future
/// first waits, because most calls never wait.
pub(crate) async fn until_cancelled<F: Future, C: Future>(
    cancellation: impl FnOnce() -> C,
    future: F,
) -> Result<F::Output, Cancelled> {
    let mut future = pin!(future);
    let mut make = Some(cancellation);
    let mut cancelled = pin!(None);
    poll_fn(|cx| {
        // One poll of the future per turn: a second one would defeat a future that yields.
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Ok(output));
        }
        if let Some(make) = make.take() {
            cancelled.set(Some(make()));
        }
        match cancelled.as_mut().as_pin_mut() {
            Some(cancelled) => cancelled.poll(cx).map(|_| Err(Cancelled)),
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
    fn a_future_that_yields_is_polled_once_a_turn() {
        let mut polls = 0;
        let yields = poll_fn(|_| {
            polls += 1;
            Poll::<()>::Pending
        });
        let clock = ManualClock::at(Duration::ZERO);
        let soon = Duration::from_secs(1);
        {
            let mut waits = pin!(with_timeout(&clock, soon, yields));
            let mut cx = Context::from_waker(Waker::noop());
            assert!(waits.as_mut().poll(&mut cx).is_pending());
            assert!(waits.as_mut().poll(&mut cx).is_pending());
            clock.advance(soon);
            assert_eq!(waits.as_mut().poll(&mut cx), Poll::Ready(Err(Cancelled)));
        }
        assert_eq!(polls, 3);
    }
}
