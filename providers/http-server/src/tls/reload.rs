//! Replaces the certificates of a server when their files change.

use super::config;
use super::sources::{Contents, Sources};
use arc_swap::ArcSwap;
use capwire_provider::ProviderError;
use rustls::ServerConfig;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::AbortHandle;
use tokio::time::{self, MissedTickBehavior};

/// The task that reads files again, until it is dropped.
pub(super) struct Reloading(Option<AbortHandle>);

impl Reloading {
    /// Reads `sources` every `interval`. `contents` is what they contain now.
    pub(super) fn start(
        sources: Sources,
        contents: Contents,
        current: Arc<ArcSwap<ServerConfig>>,
        interval: Duration,
    ) -> Self {
        if !sources.can_change() {
            return Self(None);
        }
        let task = tokio::spawn(reload(sources, contents, current, interval));
        Self(Some(task.abort_handle()))
    }
}

impl Drop for Reloading {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

/// Compares the contents rather than the times of files: a file may be exchanged for another one
/// with the same time.
async fn reload(
    mut sources: Sources,
    mut in_use: Contents,
    current: Arc<ArcSwap<ServerConfig>>,
    interval: Duration,
) {
    let mut ticks = time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut warned = None;
    loop {
        ticks.tick().await;
        let read;
        (sources, read) = sources.read_in_background().await;
        match read.and_then(|contents| replacement(contents, &in_use)) {
            Ok(None) => warned = None,
            Ok(Some((config, contents))) => {
                current.store(Arc::new(config));
                in_use = contents;
                warned = None;
                tracing::info!("the certificates were replaced");
            }
            Err(error) => {
                let error = error.to_string();
                // Once for each error, since the files are read again and again.
                if warned.as_ref() != Some(&error) {
                    tracing::warn!(
                        error,
                        "the new certificates are refused, and the old ones stay"
                    );
                }
                warned = Some(error);
            }
        }
    }
}

/// Returns the configuration for `contents` if they are not in use already.
fn replacement(
    contents: Contents,
    in_use: &Contents,
) -> Result<Option<(ServerConfig, Contents)>, ProviderError> {
    if contents == *in_use {
        return Ok(None);
    }
    Ok(Some((config(&contents)?, contents)))
}
