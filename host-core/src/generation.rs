//! One version of an actor at work, and the place where versions are exchanged.

use crate::actor::display_name;
use crate::id::ActorId;
use crate::options::ActorOptions;
use crate::policy::Authority;
use crate::pool::Pool;
use arc_swap::ArcSwap;
use capwire_wascap::{ActorClaims, Verified};
use std::sync::Arc;

/// One version of an actor: what it may do, and its instances. A call belongs to the generation
/// in which it began, which lives until the last of its calls is done.
pub(crate) struct Generation {
    authority: Authority,
    name: String,
    options: ActorOptions,
    pool: Arc<Pool>,
}

/// An actor that runs. Its generation is one pointer, so that a swap is one exchange.
pub(crate) struct RunningActor {
    id: ActorId,
    generation: ArcSwap<Generation>,
}

impl Generation {
    pub(crate) fn new(authority: Authority, options: ActorOptions, pool: Arc<Pool>) -> Self {
        Self {
            name: display_name(authority.claims()),
            authority,
            options,
            pool,
        }
    }

    pub(crate) fn id(&self) -> ActorId {
        self.authority.actor()
    }

    /// Its name for people.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn claims(&self) -> &Verified<ActorClaims> {
        self.authority.claims()
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn options(&self) -> &ActorOptions {
        &self.options
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }
}

impl RunningActor {
    pub(crate) fn new(generation: Generation) -> Self {
        Self {
            id: generation.id(),
            generation: ArcSwap::from_pointee(generation),
        }
    }

    pub(crate) fn id(&self) -> ActorId {
        self.id
    }

    /// The generation that new calls enter.
    pub(crate) fn generation(&self) -> Arc<Generation> {
        self.generation.load_full()
    }
}
