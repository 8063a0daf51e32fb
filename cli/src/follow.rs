//! Files that a host follows while it runs.

use crate::error::Error;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often files are looked at. What they take away ends within two seconds.
const PERIOD: Duration = Duration::from_millis(500);

/// Looks again and again. Where that fails, whatever `stays` names stays as it was, and a fault is
/// logged when it is new.
pub(crate) async fn follow(
    stays: &str,
    mut look: impl AsyncFnMut() -> Result<(), Error>,
) -> Infallible {
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut complaint = None;
    loop {
        ticks.tick().await;
        let fault = look().await.err().map(|error| error.to_string());
        if let Some(fault) = &fault
            && complaint.as_ref() != Some(fault)
        {
            tracing::error!("{stays} stays as it was; {fault}");
        }
        complaint = fault;
    }
}

/// Reads files where waiting for a disk holds nobody up.
pub(crate) async fn read<T: Send + 'static>(
    files: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let read = tokio::task::spawn_blocking(files).await;
    read.unwrap_or_else(|error| Err(Error::failure("cannot read files").because(error)))
}
