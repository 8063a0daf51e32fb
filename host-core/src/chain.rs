//! Who waits for whom: the actors on the way to a call, and the pools that they hold places of.

use crate::id::ActorId;
use crate::pool::PoolId;
use std::future::Future;
use std::sync::Arc;

tokio::task_local! {
    /// The chain of the call that a provider serves at present. A provider that calls an actor
    /// meanwhile makes the chain longer, not a new one.
    static SERVING: Chain;
}

/// The actors that wait for the answer to a call, innermost first.
#[derive(Clone, Default)]
pub(crate) struct Chain(Option<Arc<Link>>);

struct Link {
    actor: ActorId,
    pool: PoolId,
    depth: usize,
    outer: Chain,
}

impl Chain {
    /// The chain in which `actor`, with an instance of `pool`, also waits.
    pub(crate) fn with(&self, actor: ActorId, pool: PoolId) -> Self {
        Self(Some(Arc::new(Link {
            actor,
            pool,
            depth: self.depth() + 1,
            outer: self.clone(),
        })))
    }

    pub(crate) fn depth(&self) -> usize {
        self.0.as_ref().map_or(0, |link| link.depth)
    }

    pub(crate) fn pools(&self) -> impl Iterator<Item = PoolId> {
        self.links().map(|link| link.pool)
    }

    /// The actors as a path for people, outermost first.
    pub(crate) fn path_to(&self, target: ActorId) -> String {
        let mut actors: Vec<_> = self.links().map(|link| link.actor.to_string()).collect();
        actors.reverse();
        actors.push(target.to_string());
        actors.join(" -> ")
    }

    /// Runs a provider's part of a call so that [`current`](Self::current) finds this chain.
    pub(crate) async fn serve<F: Future>(self, provider: F) -> F::Output {
        SERVING.scope(self, provider).await
    }

    /// The chain of the call that this task serves, empty if there is none.
    pub(crate) fn current() -> Self {
        SERVING.try_with(Clone::clone).unwrap_or_default()
    }

    fn links(&self) -> impl Iterator<Item = &Link> {
        std::iter::successors(self.0.as_deref(), |link| link.outer.0.as_deref())
    }
}
