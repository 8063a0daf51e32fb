//! Opens broken providers again, after a pause that grows with each failure in a row.

use super::versions::{self, Opening};
use crate::call::Dispatcher;
use crate::error::Error;
use crate::report::Event;
use crate::state::{Current, Phase, ProviderVersion, RunningProvider, Shared};
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Watches the health of `version`, and opens the provider again when the version is broken.
pub(crate) fn watch(
    dispatcher: &Arc<Dispatcher>,
    provider: &Arc<RunningProvider>,
    version: &ProviderVersion,
) {
    let (watch, number) = (version.watch(), version.number());
    let ends = Ends::new(dispatcher, provider);
    tokio::spawn(async move {
        if let Some(reason) = watch.broken().await
            && let Some((dispatcher, provider)) = ends.upgrade()
        {
            close(&dispatcher, &provider, number, reason).await;
        }
    });
}

/// The current version could not be opened. It is opened later.
pub(super) fn failed(
    dispatcher: &Arc<Dispatcher>,
    provider: &Arc<RunningProvider>,
    current: &mut Current,
    error: &Error,
) {
    broken(dispatcher, provider, current, error.report());
}

/// Closes a broken version, unless another one has replaced it.
async fn close(
    dispatcher: &Arc<Dispatcher>,
    provider: &Arc<RunningProvider>,
    number: u64,
    reason: String,
) {
    let host = dispatcher.shared();
    let mut turn = provider.turn().await;
    if turn.number != number {
        return;
    }
    let Some(version) = turn.version.take() else {
        return;
    };
    broken(dispatcher, provider, &mut turn, reason);
    let routes = versions::park(host, provider);
    versions::drain(host, &version, Duration::ZERO).await;
    versions::retire(host, version, routes).await;
}

/// Begins a pause, after which the provider is opened again.
fn broken(
    dispatcher: &Arc<Dispatcher>,
    provider: &Arc<RunningProvider>,
    current: &mut Current,
    reason: String,
) {
    let host = dispatcher.shared();
    let pause = pause(host, current);
    let retry_at = host.clock.monotonic().saturating_add(pause);
    let reason: Arc<str> = reason.into();
    provider.begin(Phase::Broken {
        reason: Arc::clone(&reason),
        retry_at,
    });
    host.announcer.announce(Event::ProviderBroken {
        provider: provider.id().clone(),
        reason,
        retry_after: pause,
    });
    let (ends, number) = (Ends::new(dispatcher, provider), current.number);
    let wake = host.clock.sleep_until(retry_at);
    tokio::spawn(async move {
        wake.await;
        if let Some((dispatcher, provider)) = ends.upgrade() {
            open(&dispatcher, &provider, number).await;
        }
    });
}

/// Opens the version again, unless it has been replaced or removed meanwhile.
async fn open(dispatcher: &Arc<Dispatcher>, provider: &Arc<RunningProvider>, number: u64) {
    let host = dispatcher.shared();
    let mut turn = provider.turn().await;
    let is_current = turn.number == number && turn.version.is_none();
    if !is_current || !host.tables.read().has(provider) {
        return;
    }
    let source = Arc::clone(&turn.source);
    let again = Opening {
        dispatcher,
        provider,
        source: &source,
        description: &provider.description(),
        number,
        values: &HashMap::new(),
        predecessor: None,
    };
    match again.prepare().await {
        Ok(version) => {
            provider.restarted();
            version.take_over(dispatcher, provider, &mut turn).await;
            host.announcer.announce(Event::ProviderRestarted {
                provider: provider.id().clone(),
                restarts: provider.restarts(),
            });
        }
        Err(error) => broken(dispatcher, provider, &mut turn, error.report()),
    }
}

/// Returns the pause before the next attempt. A provider that served for longer than the longest
/// pause begins again with the first one.
fn pause(host: &Shared, current: &mut Current) -> Duration {
    let (options, now) = (&host.options.providers, host.clock.monotonic());
    if now.saturating_sub(current.since) > options.longest_pause {
        current.failures = 0;
    }
    current.since = now;
    let doubled = 1_u32.checked_shl(current.failures).unwrap_or(u32::MAX);
    let pause = options.first_pause.saturating_mul(doubled);
    let pause = pause.min(options.longest_pause);
    current.failures = current.failures.saturating_add(1);
    // Providers that broke together do not all come back at the same moment.
    pause / 2 + pause.mul_f64(fraction() / 2.0)
}

/// Returns a random number from 0 to 1, or 1 without a source of entropy.
fn fraction() -> f64 {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    f64::from(random) / f64::from(u32::MAX)
}

/// A host and its provider, which the supervision does not keep alive.
struct Ends {
    dispatcher: Weak<Dispatcher>,
    provider: Weak<RunningProvider>,
}

impl Ends {
    fn new(dispatcher: &Arc<Dispatcher>, provider: &Arc<RunningProvider>) -> Self {
        Self {
            dispatcher: Arc::downgrade(dispatcher),
            provider: Arc::downgrade(provider),
        }
    }

    fn upgrade(&self) -> Option<(Arc<Dispatcher>, Arc<RunningProvider>)> {
        Some((self.dispatcher.upgrade()?, self.provider.upgrade()?))
    }
}
