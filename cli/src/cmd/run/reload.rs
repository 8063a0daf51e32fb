//! SIGHUP: the host applies its manifest again.

use crate::deployment::{Action, Apply, Deployment};
use crate::error::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that ask a host to apply its manifest again. `None` for a host for development, which ends at
/// the signal, as a program does by default, because it goes with its terminal.
pub(super) struct Hangups(Option<Signal>);

impl Hangups {
    /// Begins to listen.
    pub(super) fn listen(deployment: &Deployment) -> Result<Self, Error> {
        if deployment.replan().opening.dev {
            return Ok(Self(None));
        }
        let failed = |error| Error::failure("cannot listen for signals").because(error);
        signal(SignalKind::hangup())
            .map(Some)
            .map(Self)
            .map_err(failed)
    }

    /// Applies the manifest of `deployment` at each signal. Ends when no more can come.
    pub(super) async fn follow(self, deployment: &Deployment) {
        let Self(Some(mut hangups)) = self else {
            return;
        };
        while hangups.recv().await.is_some() {
            reload(deployment).await;
        }
    }
}

async fn reload(deployment: &Deployment) {
    match deployment.apply(Apply::default()).await {
        Ok(applied) => {
            for warning in &applied.warnings {
                tracing::warn!("{warning}");
            }
            tracing::info!(
                added = applied.count(Action::Add),
                changed = applied.count(Action::Change),
                removed = applied.count(Action::Remove),
                unchanged = applied.unchanged,
                dropped = applied.dropped,
                "applied the manifest"
            );
        }
        Err(error) => {
            let error = error.hiding(&deployment.replan().secrets);
            for fault in error.summaries() {
                tracing::error!("the manifest was not applied: {fault}");
            }
        }
    }
}
