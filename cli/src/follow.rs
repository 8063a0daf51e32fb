//! Files that a host follows while it runs.

use crate::error::Error;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// The interval at which files are checked. A revocation takes effect within two seconds.
const PERIOD: Duration = Duration::from_millis(500);

/// Calls `check` at each interval. While `check` fails, the content named by `name` stays
/// unchanged, and each new error is logged.
pub(crate) async fn follow(
    name: &str,
    mut check: impl AsyncFnMut() -> Result<(), Error>,
) -> Infallible {
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut complaint = None;
    loop {
        ticks.tick().await;
        let fault = check().await.err().map(|error| error.to_string());
        if let Some(fault) = &fault
            && complaint.as_ref() != Some(fault)
        {
            tracing::error!("{name} stays as it was; {fault}");
        }
        complaint = fault;
    }
}

/// Reads files on a thread that may block.
pub(crate) async fn read<T: Send + 'static>(
    files: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let read = tokio::task::spawn_blocking(files).await;
    read.unwrap_or_else(|error| Err(Error::failure("cannot read files").because(error)))
}
