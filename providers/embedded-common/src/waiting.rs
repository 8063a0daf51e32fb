//! The memory of the writes that wait for the disk.

use crate::error::Failure;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most bytes of writes that may wait for one actor. Two of the largest messages fit.
pub const MOST_OF_ACTOR: usize = 32 << 20;
/// The most bytes of writes that may wait for all actors.
pub const MOST: usize = 128 << 20;

/// Counts the bytes of the writes that wait. Clones share the count.
#[derive(Clone, Default)]
pub(crate) struct Waiting(Arc<Mutex<Bytes>>);

#[derive(Default)]
struct Bytes {
    all: usize,
    /// The actors with writes that wait.
    actors: HashMap<Arc<str>, usize>,
}

/// The bytes of one write. They count until this is dropped.
pub(crate) struct Place {
    waiting: Waiting,
    actor: Arc<str>,
    bytes: usize,
}

impl Waiting {
    /// Admits a write of `bytes` by `actor`, or returns [`Failure::QueueFull`].
    pub(crate) fn admit(&self, actor: &str, bytes: usize) -> Result<Place, Failure> {
        let mut waiting = self.lock();
        let of_actor = waiting.actors.get(actor).copied().unwrap_or(0);
        check(of_actor, bytes, "of this actor", MOST_OF_ACTOR)?;
        check(waiting.all, bytes, "of all actors", MOST)?;
        let actor: Arc<str> = actor.into();
        waiting.all += bytes;
        waiting.actors.insert(Arc::clone(&actor), of_actor + bytes);
        drop(waiting);
        Ok(Place {
            waiting: self.clone(),
            actor,
            bytes,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(waiting: usize, more: usize, by: &'static str, limit: usize) -> Result<(), Failure> {
    match waiting.saturating_add(more) > limit {
        true => Err(Failure::QueueFull { waiting, by, limit }),
        false => Ok(()),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.waiting.lock();
        waiting.all = waiting.all.saturating_sub(self.bytes);
        if let Some(of_actor) = waiting.actors.get_mut(&self.actor) {
            *of_actor = of_actor.saturating_sub(self.bytes);
            if *of_actor == 0 {
                waiting.actors.remove(&self.actor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, MOST_OF_ACTOR, Waiting};

    #[test]
    fn writes_of_one_actor_leave_room_for_others_x3() {
        let waiting = Waiting::default();
        let first = waiting.admit("MONE", MOST_OF_ACTOR).ok().unwrap();
        let refused = waiting.admit("MONE", 1).err().unwrap().to_string();
        assert!(refused.contains("of this actor"), "{refused}");
        let others: Vec<_> = ["MTWO", "MTHREE", "MFOUR"]
            .map(|actor| waiting.admit(actor, MOST_OF_ACTOR).ok().unwrap())
            .into();
        assert_eq!(MOST, 4 * MOST_OF_ACTOR);
        let refused = waiting.admit("MFIVE", 1).err().unwrap().to_string();
        assert!(refused.contains("of all actors"), "{refused}");
        drop((first, others));
        let left = waiting.lock();
        assert_eq!((left.all, left.actors.len()), (0, 0));
    }
}
