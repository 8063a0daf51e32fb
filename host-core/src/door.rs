//! A door that counts who is inside. Once it is closed nobody enters, and those inside leave.
//!
//! Whoever finds it closed was not counted, and whoever was counted found it open: between the
//! two no call can be lost.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

/// This bit says that the door is closed, the others count.
const CLOSED: usize = 1 << (usize::BITS - 1);

#[derive(Debug, Default)]
pub(crate) struct Door {
    state: AtomicUsize,
    emptied: Notify,
}

impl Door {
    /// Lets one in, if it is open. Each must [`leave`](Self::leave) once.
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

    /// Lets nobody in any more.
    pub(crate) fn close(&self) {
        self.state.fetch_or(CLOSED, Ordering::AcqRel);
    }

    /// How many are inside.
    pub(crate) fn inside(&self) -> usize {
        self.state.load(Ordering::Acquire) & !CLOSED
    }

    /// Waits until nobody is inside any more; the door must be closed.
    pub(crate) async fn emptied(&self) {
        let mut emptied = pin!(self.emptied.notified());
        // Listened for before the look, so that nobody leaves unnoticed in between.
        emptied.as_mut().enable();
        if self.inside() > 0 {
            emptied.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Door;
    use std::sync::Arc;

    #[tokio::test]
    async fn nobody_enters_a_closed_door_and_the_last_one_is_noticed() {
        let door = Arc::new(Door::default());
        assert!(door.enter() && door.enter());
        door.close();
        assert!(!door.enter());
        assert_eq!(door.inside(), 2);
        let waiter = tokio::spawn({
            let door = Arc::clone(&door);
            async move { door.emptied().await }
        });
        tokio::task::yield_now().await;
        door.leave();
        assert!(!waiter.is_finished());
        door.leave();
        waiter.await.unwrap();
        door.emptied().await;
    }
}
