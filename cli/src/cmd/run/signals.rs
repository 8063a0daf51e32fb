//! The signals that stop the process.

use crate::error::Error;
use tokio::signal;

/// Receives Ctrl-C and, on Unix, SIGTERM. While it exists, neither signal ends the process by
/// itself.
pub(super) struct Signals {
    #[cfg(unix)]
    terminate: signal::unix::Signal,
    #[cfg(unix)]
    interrupt: signal::unix::Signal,
}

impl Signals {
    pub(super) fn listen() -> Result<Self, Error> {
        #[cfg(unix)]
        {
            use signal::unix::{SignalKind, signal};
            let heard = |kind| {
                signal(kind)
                    .map_err(|error| Error::failure("cannot listen for signals").because(error))
            };
            Ok(Self {
                terminate: heard(SignalKind::terminate())?,
                interrupt: heard(SignalKind::interrupt())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits until the process is asked to stop; once per request.
    #[cfg(unix)]
    pub(super) async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Waits until the process is asked to stop; once per request.
    #[cfg(not(unix))]
    pub(super) async fn stop(&mut self) {
        // Where Ctrl-C cannot be heard it ends the process by itself.
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
