//! The version of each actor that runs, and that of the manifest.

use super::{Hash, Kept, Swaps, hash};
use crate::error::Error;
use crate::plan::Plan;
use crate::time;
use capwire::ActorId;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The versions of a host's actors. It keeps each module that a swap puts in place.
pub(crate) struct Versions {
    swaps: Swaps,
    actors: Mutex<BTreeMap<ActorId, Version>>,
}

struct Version {
    manifest_module: Hash,
    manifest_revision: i32,
    running: Hash,
    /// The generation to which `running` belongs.
    generation: u64,
}

impl Versions {
    /// Returns the versions with which the actors of `plan` start. `swaps` keeps what follows.
    pub(crate) fn of(plan: &Plan, swaps: Swaps) -> Self {
        let actors = plan.actors.iter().map(|actor| {
            let version = Version {
                manifest_module: actor.origin.module.clone(),
                manifest_revision: actor.origin.revision,
                running: hash(actor.actor.wasm()),
                generation: 0,
            };
            (actor.id(), version)
        });
        Self {
            swaps,
            actors: Mutex::new(actors.collect()),
        }
    }

    /// Notes that `module` is the new version of `actor`, and keeps it for the next run. A module
    /// that the manifest names anyway is not kept. Reads and writes files.
    ///
    /// # Errors
    /// The module cannot be kept.
    pub(crate) fn swapped(
        &self,
        actor: ActorId,
        generation: u64,
        module: Vec<u8>,
    ) -> Result<(), Error> {
        let mut actors = self.lock();
        let Some(version) = actors.get_mut(&actor) else {
            return Err(Error::failure("the manifest does not name this actor"));
        };
        if generation < version.generation {
            return Ok(()); // A later swap was quicker.
        }
        version.generation = generation;
        version.running = hash(&module);
        if version.running == version.manifest_module {
            return self.swaps.forget(actor);
        }
        let kept = Kept {
            module,
            manifest_module: version.manifest_module.clone(),
            swapped_at: time::now()?.0,
        };
        self.swaps.keep(actor, &kept)
    }

    /// Returns the revision of the module that the manifest named at the start, if `actor` runs
    /// another module.
    pub(crate) fn manifest_revision(&self, actor: ActorId) -> Option<i32> {
        let actors = self.lock();
        let version = actors.get(&actor)?;
        (version.running != version.manifest_module).then_some(version.manifest_revision)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ActorId, Version>> {
        // The map is whole after each step.
        self.actors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
