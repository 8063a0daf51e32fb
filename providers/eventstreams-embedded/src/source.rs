//! The events of a group, for a follower.

use crate::cursor::{Cursor, State};
use crate::operations::Operations;
use crate::view::{Part, View};
use async_trait::async_trait;
use capwire_contracts::eventstreams::Event;
use capwire_eventstreams::{Bell, EventId, Follows, Source, Taken};
use capwire_provider::{BindingId, Call, ProviderError};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedMutexGuard;

/// The events of one entry of `STREAMS`, for one member of a group.
pub(crate) struct EventSource {
    pub(crate) binding: BindingId,
    pub(crate) operations: Operations,
    pub(crate) follows: Follows,
    pub(crate) cursor: Arc<Cursor>,
    pub(crate) bell: Bell,
    /// The state of the cursor while this member has an event.
    pub(crate) held: Mutex<Option<OwnedMutexGuard<State>>>,
    /// Held by a read, which may go on after nobody waits for it.
    pub(crate) reading: Arc<tokio::sync::Mutex<()>>,
}

impl EventSource {
    fn take_held(&self) -> Option<OwnedMutexGuard<State>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.take()
    }

    /// Reads events after the one with this id.
    async fn read(&self, after: EventId) -> Result<Part, ProviderError> {
        let Some(first) = after.next() else {
            return Ok(Part::default());
        };
        let first = first.max(self.operations.oldest());
        let reading = Arc::clone(&self.reading).lock_owned().await;
        let (space, follows) = (self.operations.space(), self.follows.clone());
        let call = Call::new(&self.binding, "", b"");
        let part = self.operations.store.read(&call, move |database, _, work| {
            let part = View::open(database, work)?.part(&space, &follows, first);
            drop(reading);
            part
        });
        Ok(part.await?)
    }
}

#[async_trait]
impl Source for EventSource {
    async fn next(&self) -> Result<Taken, ProviderError> {
        let mut state = Arc::clone(&self.cursor.state).lock_owned().await;
        let mut ear = self.bell.listen();
        loop {
            if let Some((_, event)) = state.waiting.front() {
                let taken = Taken {
                    event: event.clone(),
                    tries: state.failed.saturating_add(1),
                };
                let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
                *held = Some(state);
                return Ok(taken);
            }
            let part = self.read(state.read_to).await?;
            let is_cut = part.is_cut;
            state.fill(part);
            if state.waiting.is_empty() && !is_cut {
                // The bell lives as long as this value.
                let _ = ear.changed().await;
            }
        }
    }

    async fn done(&self, _: &Taken) -> Result<(), ProviderError> {
        if let Some(position) = self.take_held().and_then(|mut state| state.pop()) {
            self.cursor.advance(position);
        }
        Ok(())
    }

    async fn release(&self, _: &Taken, failed: u32) {
        if let Some(mut state) = self.take_held() {
            state.failed = failed;
        }
    }

    async fn bury(&self, letter: Event) -> Result<(), ProviderError> {
        let call = Call::new(&self.binding, "", b"");
        self.operations.append(&call, letter).await.map(drop)
    }

    async fn close(&self) {
        // Events of other streams that were passed over need not be read again.
        if let Ok(state) = self.cursor.state.try_lock()
            && state.waiting.is_empty()
        {
            self.cursor.advance(state.read_to);
        }
        drop(self.reading.lock().await);
        self.cursor.stored().await;
    }
}
