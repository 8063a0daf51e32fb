//! The switch with which a provider reports that it is broken.

use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// A switch with which a provider tells its host that it can serve no calls any more, for example
/// because its process has ended or its file is gone. The host then ends the bindings of the
/// provider, opens it again after a pause, and binds everything again. Meanwhile, calls get an error
/// that says when to try again.
///
/// An error of one call is not a reason: return it as the error of that call.
///
/// ```
/// use capwire_provider::Health;
///
/// let health = Health::default();
/// let reporter = health.clone();
/// reporter.broken("the connection was closed");
/// assert_eq!(health.reason().as_deref(), Some("the connection was closed"));
/// ```
///
/// Clones are the same switch. [`Provider::health`](crate::Provider::health) returns it to the host.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    reason: Mutex<Option<String>>,
    reported: Notify,
}

impl Health {
    /// Reports that the provider is broken. The first reason counts until the provider is opened
    /// again. The reason is for the operator, in logs and `capwire ps`; no actor sees it.
    pub fn broken(&self, reason: impl Into<String>) {
        self.lock().get_or_insert_with(|| reason.into());
        self.0.reported.notify_waiters();
    }

    /// Returns the reason, if the provider is broken.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        self.lock().clone()
    }

    /// Waits until the provider is broken, and returns the reason.
    pub async fn until_broken(&self) -> String {
        loop {
            let reported = self.0.reported.notified();
            if let Some(reason) = self.reason() {
                return reason;
            }
            reported.await;
        }
    }

    /// Forgets the report. The host does so before it binds the same provider again.
    pub fn reset(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        let reason = &self.0.reason;
        reason.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Health;

    #[tokio::test]
    async fn the_first_reason_counts_until_it_is_forgotten() {
        let health = Health::default();
        let (waiter, reporter) = (health.clone(), health.clone());
        let waits = tokio::spawn(async move { waiter.until_broken().await });
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        reporter.broken("first");
        reporter.broken("second");
        assert_eq!(waits.await.unwrap(), "first");
        assert_eq!(health.until_broken().await, "first");
        health.reset();
        assert_eq!(health.reason(), None);
    }
}
