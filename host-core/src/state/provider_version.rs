//! A version of a provider, as the host calls it. A panic in it is an error of that call.

use super::gate::DrainGate;
use crate::clock::Clock;
use crate::pool::dispose;
use crate::report::{CallCounters, CallCounts, Outcome};
use crate::wait::{until_cancelled, with_timeout};
use bytes::Bytes;
use capwire_provider::{
    Binding, BindingId, Bound, Call, HandOver, Health, Provider, ProviderError,
};
use futures_util::FutureExt;
use futures_util::future::{OptionFuture, select};
use scopeguard::ScopeGuard;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// One version of a provider. A call belongs to the version in which it began.
pub(crate) struct ProviderVersion {
    number: u64,
    /// Closed on a thread that may block, because that may wait for a disk.
    open: ScopeGuard<Open, fn(Open)>,
    gate: DrainGate,
    counters: Arc<CallCounters>,
    stopped: watch::Sender<bool>,
    /// The calls in a row that ended at their deadline without an answer.
    unanswered: AtomicU32,
    /// The host's own judgement of the provider.
    judgement: Health,
    /// The provider's own report.
    report: Option<Health>,
    hand_over: HandOver,
}

/// An open provider. The fields are dropped in this order.
struct Open {
    provider: Arc<dyn Provider>,
    _closes: watch::Sender<()>,
}

/// The failure of a provider.
#[derive(Debug)]
pub(crate) enum ProviderFault {
    Error(ProviderError),
    Panic,
}

/// A watch over the health of a version, which does not keep it open.
pub(crate) struct HealthWatch {
    judgement: Health,
    report: Option<Health>,
    open: watch::Receiver<()>,
}

impl ProviderVersion {
    pub(crate) fn new(number: u64, provider: Arc<dyn Provider>) -> Arc<Self> {
        // A provider that panics here reports nothing, and is replaced with care.
        let report = catch_unwind(AssertUnwindSafe(|| provider.health())).unwrap_or_default();
        let hand_over = catch_unwind(AssertUnwindSafe(|| provider.hand_over()));
        let open = Open {
            provider,
            _closes: watch::Sender::new(()),
        };
        Arc::new(Self {
            number,
            open: scopeguard::guard(open, dispose),
            gate: DrainGate::default(),
            counters: Arc::default(),
            stopped: watch::Sender::new(false),
            unanswered: AtomicU32::new(0),
            judgement: Health::default(),
            report,
            hand_over: hand_over.unwrap_or(HandOver::Exclusive),
        })
    }

    /// Counted from one.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn hand_over(&self) -> HandOver {
        self.hand_over
    }

    /// Its calls in both directions, by outcome.
    pub(crate) fn counters(&self) -> &Arc<CallCounters> {
        &self.counters
    }

    pub(crate) fn counts(&self) -> CallCounts {
        self.counters.counts()
    }

    pub(crate) async fn bind(&self, binding: Binding) -> Result<Bound, ProviderFault> {
        caught(async { self.open.provider.bind(binding).await }).await
    }

    pub(crate) async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderFault> {
        caught(async { self.open.provider.unbind(binding).await }).await
    }

    /// Takes over the resources of `old`.
    pub(crate) fn inherit(&self, old: &Self) {
        let _ = catch_unwind(AssertUnwindSafe(|| {
            if let Some(resources) = old.open.provider.resources() {
                self.open.provider.inherit(resources);
            }
        }));
    }

    /// Lets the provider finish its own work within `timeout`. Returns the number of requests that it
    /// has cut off. A provider that takes longer by `grace` is not waited for.
    pub(crate) async fn finish(
        &self,
        clock: &dyn Clock,
        timeout: Duration,
        grace: Duration,
    ) -> usize {
        let until = clock
            .monotonic()
            .saturating_add(timeout)
            .saturating_add(grace);
        let work = caught(async { Ok(self.open.provider.drain(timeout).await) });
        match with_timeout(clock, until, work).await {
            Ok(Ok(cut)) => cut,
            // It is at fault, and is about to be closed. The host does not know of lost requests.
            _ => 0,
        }
    }

    pub(crate) async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderFault> {
        caught(async { self.open.provider.call(call).await }).await
    }

    /// Begins a call, unless the version is closed. Each must [`leave`](Self::leave) once.
    pub(super) fn enter(&self) -> bool {
        self.gate.enter()
    }

    /// Ends a call that has entered.
    pub(super) fn leave(&self, outcome: Outcome) {
        // In this order: an observer that finds no call inside finds all calls counted.
        self.counters.record(outcome);
        self.gate.leave();
    }

    /// A call was answered.
    pub(super) fn answered(&self) {
        if self.unanswered.load(Ordering::Relaxed) > 0 {
            self.unanswered.store(0, Ordering::Relaxed);
        }
    }

    /// A call was not answered by its deadline. After `most` such calls in a row, the provider
    /// counts as broken.
    pub(super) fn left_unanswered(&self, most: u32) {
        let count = self.unanswered.fetch_add(1, Ordering::Relaxed) + 1;
        if count >= most {
            self.judgement
                .broken(format!("it did not answer {count} calls in a row"));
        }
    }

    /// Waits until the calls inside must end.
    pub(crate) async fn stopped(&self) {
        // The sender is a field of this version, so it cannot be gone.
        let _ = self.stopped.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// Lets no more calls in, waits for the calls inside, and stops the remaining calls after
    /// `timeout`. Returns the number of calls that ended neither by themselves nor within `grace`
    /// after that.
    pub(crate) async fn drain(
        &self,
        clock: &dyn Clock,
        timeout: Duration,
        grace: Duration,
    ) -> usize {
        self.gate.close();
        if !self.emptied_within(clock, timeout).await {
            self.stopped.send_replace(true);
            self.emptied_within(clock, grace).await;
        }
        self.gate.inside()
    }

    async fn emptied_within(&self, clock: &dyn Clock, timeout: Duration) -> bool {
        let until = clock.monotonic().saturating_add(timeout);
        with_timeout(clock, until, self.gate.emptied())
            .await
            .is_ok()
    }

    /// Returns a watch over its health.
    pub(crate) fn watch(&self) -> HealthWatch {
        HealthWatch {
            judgement: self.judgement.clone(),
            report: self.report.clone(),
            open: self.open._closes.subscribe(),
        }
    }
}

impl HealthWatch {
    /// Waits until the version is broken, and returns the reason, or until it is closed.
    pub(crate) async fn broken(self) -> Option<String> {
        let report = OptionFuture::from(self.report.as_ref().map(Health::until_broken));
        let report = report.then(|reason| async {
            match reason {
                Some(reason) => reason,
                None => pending().await,
            }
        });
        let (judgement, report) = (pin!(self.judgement.until_broken()), pin!(report));
        let broken = select(judgement, report);
        let broken = until_cancelled(|| closed(self.open), broken).await;
        broken.ok().map(|broken| broken.factor_first().0)
    }

    /// Waits until the version is closed.
    pub(crate) async fn closed(self) {
        closed(self.open).await;
    }
}

/// Nothing is ever sent, so the next change is the end.
async fn closed(mut open: watch::Receiver<()>) {
    let _ = open.changed().await;
}

/// This is unwind-safe, because the host shares no state with a provider.
pub(crate) async fn caught<T>(
    work: impl Future<Output = Result<T, ProviderError>>,
) -> Result<T, ProviderFault> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(result) => result.map_err(ProviderFault::Error),
        Err(_) => Err(ProviderFault::Panic),
    }
}
