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
    if let Poll::Ready(output) = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
        return Ok(output);
    }
    let mut end = pin!(end());
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => end.as_mut().poll(cx).map(|_| Err(GivenUp)),
    })
    .await
}
