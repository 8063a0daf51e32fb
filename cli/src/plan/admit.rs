//! Admission of one actor: its module is the one in its file, or the one that a swap put in place
//! of just that.

use super::actors::PlannedActor;
use super::limits::shortage;
use crate::admission::Judge;
use crate::error::Error;
use crate::place::Place;
use crate::swaps::{Hash, hash, start_fresh};
use crate::time;
use capwire::{Actor, ActorOptions, Policy};
use std::path::PathBuf;

/// A file that was read.
pub(super) struct Found {
    pub(super) place: Place,
    pub(super) file: PathBuf,
    pub(super) written: String,
    pub(super) wasm: Vec<u8>,
}

/// The module in an actor's file, and what a swap did to it.
pub(crate) struct Origin {
    pub(crate) module: Hash,
    pub(crate) revision: i32,
    pub(super) swap: Swap,
}

/// The last swap of an actor, with its time in seconds since 1970.
#[derive(Clone, Copy)]
pub(super) enum Swap {
    /// There was none.
    None,
    /// Its module runs in place of the one in the file.
    Continued(u64),
    /// The file has changed since.
    Outdated(u64),
}

/// Verifies a module, and checks that it may start. A module that a swap put in place of it takes
/// its place, if `judge` knows one.
pub(super) fn admit(
    found: Found,
    options: ActorOptions,
    judge: &Judge,
) -> Result<PlannedActor, Error> {
    let Found {
        place,
        file,
        written,
        wasm,
    } = found;
    let module = hash(&wasm);
    let described = format!("`{}`", file.display());
    let actor = verify(wasm, &described, &place, &options, judge)?;
    let origin = Origin {
        module,
        revision: revision(&actor),
        swap: Swap::None,
    };
    let (actor, origin) = continue_swap(actor, origin, &place, &options, judge)?;
    Ok(PlannedActor {
        actor,
        file,
        options,
        written,
        alias: None,
        chain: None,
        origin,
        place,
    })
}

/// Returns the module that a swap put in place of `actor`, or else `actor`.
fn continue_swap(
    actor: Actor,
    mut origin: Origin,
    place: &Place,
    options: &ActorOptions,
    judge: &Judge,
) -> Result<(Actor, Origin), Error> {
    let Some(swaps) = &judge.swaps else {
        return Ok((actor, origin));
    };
    let kept = swaps.kept(actor.id()).map_err(|error| error.at(place))?;
    let Some(kept) = kept else {
        return Ok((actor, origin));
    };
    if kept.manifest_module != origin.module {
        origin.swap = Swap::Outdated(kept.swapped_at);
        return Ok((actor, origin));
    }
    let described = format!("`{}`, which a swap put in place,", actor.name());
    let swapped = verify(kept.module, &described, place, options, judge);
    let swapped = swapped.map_err(start_fresh)?;
    if swapped.id() != actor.id() {
        let problem = format_args!("the module {described} is of another actor");
        return Err(start_fresh(place.error(problem)));
    }
    origin.swap = Swap::Continued(kept.swapped_at);
    Ok((swapped, origin))
}

/// Verifies `wasm`, the module of an actor that errors call `described`.
fn verify(
    wasm: Vec<u8>,
    described: &str,
    place: &Place,
    options: &ActorOptions,
    judge: &Judge,
) -> Result<Actor, Error> {
    let actor = Actor::from_bytes(wasm, &judge.verifier, judge.now).map_err(|error| {
        let problem = format_args!("the actor {described} is refused");
        place.error(problem).because(error)
    })?;
    if !judge.policy.may_start(actor.claims()) {
        let (name, id) = (actor.name(), actor.id());
        return Err(place
            .error(format_args!("the policy does not allow {name} ({id}) to start"))
            .help("remove `start: false` from the policy, under the actor's key, its account or `everyone`"));
    }
    match shortage(actor.wasm(), options) {
        None => Ok(actor),
        Some(shortage) => Err(place
            .error(format_args!(
                "the actor {described} cannot start within its limits"
            ))
            .because(shortage.what)
            .help(shortage.help)),
    }
}

fn revision(actor: &Actor) -> i32 {
    actor.claims().metadata.rev.unwrap_or(0)
}

/// Returns the warning that `actor` does not run the module that its file had at the last swap.
pub(super) fn warning(actor: &PlannedActor) -> Option<Error> {
    let (name, runs) = (actor.actor.name(), revision(&actor.actor));
    let (written, revision) = (&actor.written, actor.origin.revision);
    match actor.origin.swap {
        Swap::None => None,
        Swap::Continued(at) => {
            let date = time::date(at);
            let problem = format_args!(
                "`{name}` continues with revision {runs}, which a swap put in place at {date}; `{written}` has revision {revision}"
            );
            let help = "`capwire run --fresh` returns to the file";
            Some(actor.place.error(problem).help(help))
        }
        Swap::Outdated(at) => {
            let date = time::date(at);
            Some(actor.place.error(format_args!(
                "`{name}` starts with revision {revision} of `{written}`, which has changed since the swap at {date}"
            )))
        }
    }
}
