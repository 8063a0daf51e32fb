//! The positions of groups.

use crate::change::{Action, Change, Place};
use crate::schema::EventStore;
use crate::view::Part;
use capwire_contracts::eventstreams::Event;
use capwire_embedded_common::{Failure, Store};
use capwire_eventstreams::EventId;
use capwire_provider::WorkToken;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// The pause after a position was not stored.
const PAUSE: Duration = Duration::from_millis(250);

/// The position of a group, which its members share: the one that holds the state has the next event.
pub(crate) struct Cursor {
    pub(crate) state: Arc<tokio::sync::Mutex<State>>,
    wanted: watch::Sender<EventId>,
    stored: watch::Receiver<EventId>,
}

/// The events that a group gets next.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) waiting: VecDeque<(EventId, Event)>,
    /// The id up to which events were read.
    pub(crate) read_to: EventId,
    /// The failures of the first event that waits.
    pub(crate) failed: u32,
}

impl State {
    /// Adds the events that were read.
    pub(crate) fn fill(&mut self, part: Part) {
        self.read_to = self.read_to.max(part.read_to);
        self.waiting.extend(part.events);
    }

    /// Removes the first event. Returns the id up to which the group has handled all.
    pub(crate) fn pop(&mut self) -> Option<EventId> {
        self.failed = 0;
        self.waiting.pop_front().map(|(id, _)| id)
    }
}

impl Cursor {
    fn start(store: &Arc<Store<EventStore>>, owner: Owner, position: EventId) -> Self {
        let wanted = watch::Sender::new(position);
        let (saved, stored) = watch::channel(position);
        // The task must not keep the file open.
        let store = Arc::downgrade(store);
        tokio::spawn(store_positions(store, owner, wanted.subscribe(), saved));
        let state = State {
            read_to: position,
            ..State::default()
        };
        Self {
            state: Arc::new(tokio::sync::Mutex::new(state)),
            wanted,
            stored,
        }
    }

    /// Stores a position, after the return of this function: a crash before that means that the group gets
    /// events again.
    pub(crate) fn advance(&self, to: EventId) {
        self.wanted.send_if_modified(|wanted| {
            let is_later = to > *wanted;
            *wanted = to.max(*wanted);
            is_later
        });
    }

    /// Waits until all positions are stored.
    pub(crate) async fn stored(&self) {
        let wanted = *self.wanted.borrow();
        let _ = self
            .stored
            .clone()
            .wait_for(|stored| *stored >= wanted)
            .await;
    }
}

/// The space and the group of a cursor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Owner {
    pub(crate) space: Arc<str>,
    pub(crate) place: Place,
}

/// Stores the newest position again and again, until the cursor goes.
async fn store_positions(
    store: Weak<Store<EventStore>>,
    owner: Owner,
    mut wanted: watch::Receiver<EventId>,
    saved: watch::Sender<EventId>,
) {
    while wanted.changed().await.is_ok() {
        let to = *wanted.borrow_and_update();
        match store_position(&store, &owner, to).await {
            Ok(()) => {
                saved.send_replace(to);
            }
            Err(failure) => {
                let group = &*owner.place.group;
                tracing::warn!(group, %failure, "the position of a group is not stored yet");
                wanted.mark_changed();
                sleep(PAUSE).await;
                if store.strong_count() == 0 {
                    return;
                }
            }
        }
    }
}

async fn store_position(
    store: &Weak<Store<EventStore>>,
    owner: &Owner,
    to: EventId,
) -> Result<(), Failure> {
    let store = store.upgrade().ok_or(Failure::Stopped)?;
    let change = Change {
        space: Arc::clone(&owner.space),
        action: Action::Advance {
            place: owner.place.clone(),
            to,
        },
    };
    let group = &owner.place.group;
    let written = store.writer().write(group, WorkToken::default(), change);
    written.await.map(drop)
}

/// The cursors of all groups that have members.
#[derive(Default)]
pub(crate) struct Cursors(Mutex<HashMap<Owner, Weak<Cursor>>>);

impl Cursors {
    /// Returns the cursor of a group. A new one begins at `position`.
    pub(crate) fn of(
        &self,
        store: &Arc<Store<EventStore>>,
        owner: Owner,
        position: EventId,
    ) -> Arc<Cursor> {
        let mut cursors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cursor) = cursors.get(&owner).and_then(Weak::upgrade) {
            return cursor;
        }
        cursors.retain(|_, cursor| cursor.strong_count() > 0);
        let cursor = Arc::new(Cursor::start(store, owner.clone(), position));
        cursors.insert(owner, Arc::downgrade(&cursor));
        cursor
    }
}
