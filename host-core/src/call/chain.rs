//! The chain of actors that wait for a call, and the pools whose instances they hold.

use crate::id::{ActorId, PoolId};
use crate::state::Generation;
use std::sync::Arc;

/// The actors that wait for the answer to a call, innermost first.
#[derive(Clone, Default)]
pub(super) struct Chain(Option<Arc<Link>>);

struct Link {
    generation: Arc<Generation>,
    depth: usize,
    outer: Chain,
}

impl Chain {
    /// Returns this chain with an actor that holds an instance as its innermost link.
    pub(super) fn with(&self, actor: &Arc<Generation>) -> Self {
        Self(Some(Arc::new(Link {
            generation: Arc::clone(actor),
            depth: self.depth() + 1,
            outer: self.clone(),
        })))
    }

    /// Returns the number of actors in the chain.
    pub(super) fn depth(&self) -> usize {
        self.0.as_ref().map_or(0, |link| link.depth)
    }

    /// Returns the pools whose instances the chain holds.
    pub(super) fn pools(&self) -> impl Iterator<Item = PoolId> {
        self.links().map(|link| link.generation.pool().id())
    }

    /// Returns the actors for which the innermost one acts now, the nearest first: those whose authority
    /// bounds that of a call which it makes.
    pub(super) fn acted_for(&self) -> impl Iterator<Item = &Generation> {
        let bounded = self.links().take_while(|link| link.generation.shrinks());
        let outer = bounded.filter_map(|link| link.outer.0.as_deref());
        outer.map(|link| &*link.generation)
    }

    /// Returns the actors as a path for people, outermost first, with `target` at its end.
    pub(super) fn path_to(&self, target: ActorId) -> String {
        let mut actors: Vec<_> = self
            .links()
            .map(|link| link.generation.id().to_string())
            .collect();
        actors.reverse();
        actors.push(target.to_string());
        actors.join(" -> ")
    }

    fn links(&self) -> impl Iterator<Item = &Link> {
        std::iter::successors(self.0.as_deref(), |link| link.outer.0.as_deref())
    }
}
