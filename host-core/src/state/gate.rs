//! A gate that counts the calls inside. After it is closed, no call enters, and the calls inside
//! leave.
//!
//! The count and the closed bit are one atomic word, so a call either enters and is counted or finds
//! the gate closed. No call is lost between the two.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

/// The bit that marks a closed gate. The other bits count.
const CLOSED: usize = 1 << (usize::BITS - 1);

/// The gate of one generation of an actor.
#[derive(Debug, Default)]
pub(crate) struct DrainGate {
    state: AtomicUsize,
    emptied: Notify,
}

impl DrainGate {
    /// Lets a call in unless the gate is closed. Each must [`leave`](Self::leave) once.
    pub(crate) fn enter(&self) -> bool {
        let more = |state: usize| (state & CLOSED == 0).then_some(state + 1);
        self.state
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .is_ok()
    }

    pub(crate) fn leave(&self) {
        let before = self.state.fetch_sub(1, Ordering::AcqRel);
        if before == CLOSED + 1 {
            self.emptied.notify_waiters();
        }
    }

    /// Closes the gate for good.
    pub(crate) fn close(&self) {
        self.state.fetch_or(CLOSED, Ordering::AcqRel);
    }

    /// Returns the number of calls inside.
    pub(crate) fn inside(&self) -> usize {
        self.state.load(Ordering::Acquire) & !CLOSED
    }

    /// Waits until no call is inside. The gate must be closed.
    pub(crate) async fn emptied(&self) {
        let mut emptied = pin!(self.emptied.notified());
        // Enabled before the count is read, so that no notification is missed in between.
        emptied.as_mut().enable();
        if self.inside() > 0 {
            emptied.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DrainGate;
    use std::sync::Arc;

    #[tokio::test]
    async fn nobody_enters_a_closed_gate_and_the_last_one_is_noticed() {
        let gate = Arc::new(DrainGate::default());
        assert!(gate.enter() && gate.enter());
        gate.close();
        assert!(!gate.enter());
        assert_eq!(gate.inside(), 2);
        let waiter = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move { gate.emptied().await }
        });
        tokio::task::yield_now().await;
        gate.leave();
        assert!(!waiter.is_finished());
        gate.leave();
        waiter.await.unwrap();
        gate.emptied().await;
    }
}
