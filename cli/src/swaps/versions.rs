//! The version of each actor that runs, and that of the manifest.

use super::{Hash, Kept, Swaps, hash};
use crate::error::Error;
use crate::plan::Plan;
use crate::time;
use capwire::ActorId;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The versions of a host's actors. It keeps each module that a swap puts in place.
pub(crate) struct Versions {
    swaps: Swaps,
    actors: Mutex<BTreeMap<ActorId, Version>>,
}

/// The versions of the actors in a plan.
pub(crate) struct PlannedVersions(BTreeMap<ActorId, PlannedVersion>);

struct PlannedVersion {
    version: Version,
    /// True if a swap put it in place of the one in the manifest.
    is_continued: bool,
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
        let planned = PlannedVersions::of(plan).0.into_iter();
        let actors = planned.map(|(id, planned)| (id, planned.version));
        Self {
            swaps,
            actors: Mutex::new(actors.collect()),
        }
    }

    /// Returns true if `actor` runs `module`.
    pub(crate) fn runs(&self, actor: ActorId, module: &[u8]) -> bool {
        let actors = self.lock();
        actors
            .get(&actor)
            .is_some_and(|version| version.running == hash(module))
    }

    /// Notes that the actors run as planned, those in `generations` in a new generation. Forgets the
    /// modules that swaps kept for them, unless the plan continues with them. Removes files.
    ///
    /// # Errors
    /// A module cannot be forgotten.
    pub(crate) fn planned(
        &self,
        planned: PlannedVersions,
        generations: &HashMap<ActorId, u64>,
    ) -> Result<(), Error> {
        let mut actors = self.lock();
        let mut forgotten = Ok(());
        for (id, mut planned) in planned.0 {
            let before = actors.get(&id).map_or(0, |version| version.generation);
            planned.version.generation = generations.get(&id).copied().unwrap_or(before);
            actors.insert(id, planned.version);
            if !planned.is_continued {
                forgotten = forgotten.and(self.swaps.forget(id));
            }
        }
        forgotten
    }

    /// Notes that `actor` was started with `module`, which no manifest names.
    pub(crate) fn started(&self, actor: ActorId, module: &[u8], revision: i32) {
        let running = hash(module);
        let version = Version {
            manifest_module: running.clone(),
            manifest_revision: revision,
            running,
            generation: 0,
        };
        self.lock().insert(actor, version);
    }

    /// Notes that `actor` does not run any more.
    pub(crate) fn stopped(&self, actor: ActorId) {
        self.lock().remove(&actor);
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

impl PlannedVersions {
    /// Returns the versions of the actors of `plan`.
    pub(crate) fn of(plan: &Plan) -> Self {
        let actors = plan.actors.iter().map(|actor| {
            let version = Version {
                manifest_module: actor.origin.module.clone(),
                manifest_revision: actor.origin.revision,
                running: hash(actor.actor.wasm()),
                generation: 0,
            };
            let planned = PlannedVersion {
                version,
                is_continued: actor.is_continued(),
            };
            (actor.id(), planned)
        });
        Self(actors.collect())
    }

    /// Removes all but those in `generations`.
    pub(crate) fn keep_only(&mut self, generations: &HashMap<ActorId, u64>) {
        self.0.retain(|id, _| generations.contains_key(id));
    }
}
