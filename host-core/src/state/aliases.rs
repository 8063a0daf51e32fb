//! The names by which actors call each other.

use crate::id::ActorId;
use arc_swap::ArcSwap;
use std::collections::HashMap;

/// The aliases of actors. Each host call reads them.
#[derive(Default)]
pub(crate) struct Aliases(ArcSwap<HashMap<String, ActorId>>);

impl Aliases {
    /// Returns the actor with the alias `name`.
    pub(crate) fn get(&self, name: &str) -> Option<ActorId> {
        self.0.load().get(name).copied()
    }

    /// Returns all aliases with their actors.
    pub(crate) fn all(&self) -> HashMap<String, ActorId> {
        HashMap::clone(&self.0.load())
    }

    /// Replaces all aliases.
    pub(crate) fn set(&self, aliases: HashMap<String, ActorId>) {
        self.0.store(aliases.into());
    }
}
