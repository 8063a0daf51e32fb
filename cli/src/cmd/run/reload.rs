//! SIGHUP: the host applies its manifest again.

use crate::deployment::{Action, Apply, Deployment};
use crate::error::Error;
use std::convert::Infallible;
use std::future;
use tokio::signal::unix::{SignalKind, signal};

/// Applies the manifest of `deployment` at each SIGHUP. A host for development ends at the signal, as a
/// program does by default, because it goes with its terminal.
pub(super) async fn follow(deployment: &Deployment) -> Result<Infallible, Error> {
    if deployment.replan().opening.dev {
        return Ok(future::pending().await);
    }
    let failed = |error| Error::failure("cannot listen for signals").because(error);
    let mut hangups = signal(SignalKind::hangup()).map_err(failed)?;
    while hangups.recv().await.is_some() {
        reload(deployment).await;
    }
    Ok(future::pending().await)
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
