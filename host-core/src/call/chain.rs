//! The chain of actors that wait for a call, and the pools whose instances they hold.

use crate::id::{ActorId, PoolId};
use std::sync::Arc;

/// The actors that wait for the answer to a call, innermost first.
#[derive(Clone, Default)]
pub(super) struct Chain(Option<Arc<Link>>);

struct Link {
    actor: ActorId,
    pool: PoolId,
    depth: usize,
    outer: Chain,
}

impl Chain {
    /// Returns this chain with `actor`, which holds an instance of `pool`, as its innermost link.
    pub(super) fn with(&self, actor: ActorId, pool: PoolId) -> Self {
        Self(Some(Arc::new(Link {
            actor,
            pool,
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
        self.links().map(|link| link.pool)
    }

    /// Returns the actors as a path for people, outermost first, with `target` at its end.
    pub(super) fn path_to(&self, target: ActorId) -> String {
        let mut actors: Vec<_> = self.links().map(|link| link.actor.to_string()).collect();
        actors.reverse();
        actors.push(target.to_string());
        actors.join(" -> ")
    }

    fn links(&self) -> impl Iterator<Item = &Link> {
        std::iter::successors(self.0.as_deref(), |link| link.outer.0.as_deref())
    }
}
