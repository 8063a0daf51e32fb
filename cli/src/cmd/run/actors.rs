//! The actors of a manifest, verified, and what bindings call them.

use super::location::Folders;
use super::place::Place;
use crate::error::Error;
use crate::files;
use capwire::wascap::{UnixSeconds, Verifier};
use capwire::{Actor, ActorId, ContractId};
use capwire_manifest::{At, nearest};
use std::path::{Path, PathBuf};

/// An actor that will be started.
pub(super) struct PlannedActor {
    pub(super) actor: Actor,
    pub(super) file: PathBuf,
    /// How the manifest names its file.
    written: String,
    /// Where it does.
    pub(super) place: Place,
}

impl PlannedActor {
    pub(super) fn id(&self) -> ActorId {
        self.actor.id()
    }

    /// Whether its signature lets it use `contract`.
    pub(super) fn claims(&self, contract: &ContractId) -> bool {
        let mut claimed = self.actor.claims().metadata.caps.iter();
        claimed.any(|claim| ContractId::new(claim).is_ok_and(|claim| claim == *contract))
    }
}

/// Loads and verifies all of them, at the time `now`.
pub(super) fn load(
    manifest: &Path,
    entries: Vec<At<String>>,
    now: UnixSeconds,
) -> Result<Vec<PlannedActor>, Error> {
    let folders = Folders::of(manifest);
    let mut actors: Vec<PlannedActor> = Vec::with_capacity(entries.len());
    for written in entries {
        let place = Place::of(manifest, &written);
        let planned = load_one(place, &folders, written.value, now)?;
        if let Some(first) = actors.iter().find(|first| first.id() == planned.id()) {
            let (written, line) = (&first.written, first.place.line);
            return Err(planned
                .place
                .error(format_args!(
                    "`{}` is the same actor as `{written}` in line {line}",
                    planned.written
                ))
                .help("keep one of them, or sign one with another `--subject`"));
        }
        actors.push(planned);
    }
    Ok(actors)
}

fn load_one(
    place: Place,
    folders: &Folders,
    written: String,
    now: UnixSeconds,
) -> Result<PlannedActor, Error> {
    let file = folders.require(&place, &written)?;
    let wasm = files::read(&file)?;
    let actor = Actor::from_bytes(wasm, &Verifier::new(), now).map_err(|error| {
        place
            .error(format_args!("the actor `{}` is refused", file.display()))
            .because(error)
    })?;
    Ok(PlannedActor {
        actor,
        file,
        written,
        place,
    })
}

/// The one of `actors` that a binding calls `text`: by its key, its name, or its file.
pub(super) fn named<'a>(
    actors: &'a [PlannedActor],
    place: &Place,
    text: &str,
) -> Result<&'a PlannedActor, Error> {
    let by_key = actors.iter().filter(|actor| actor.id().to_string() == text);
    let by_name = actors.iter().filter(|actor| actor.actor.name() == text);
    let by_file = actors.iter().filter(|actor| actor.written == text);
    let candidates = [by_key.collect(), by_name.collect(), by_file.collect()];
    let candidates: Option<Vec<&PlannedActor>> = candidates
        .into_iter()
        .find(|found: &Vec<_>| !found.is_empty());
    match candidates.as_deref() {
        Some([actor]) => Ok(actor),
        Some(several) => Err(ambiguous(place, text, several)),
        None => Err(unknown(actors, place, text)),
    }
}

fn ambiguous(place: &Place, text: &str, several: &[&PlannedActor]) -> Error {
    let keys: Vec<String> = several.iter().map(|actor| actor.id().to_string()).collect();
    place
        .error(format_args!("{} actors are named `{text}`", several.len()))
        .help(format!("name one by its key: {}", keys.join(", ")))
}

fn unknown(actors: &[PlannedActor], place: &Place, text: &str) -> Error {
    let names: Vec<String> = actors.iter().map(|actor| actor.actor.name()).collect();
    let error = place.error(format_args!(
        "there is no actor `{text}` among those in `actors`"
    ));
    match nearest(text, names.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => error.help("add its file to `actors`"),
        None => error.help(format!(
            "those are there: {}; or add its file to `actors`",
            names.join(", ")
        )),
    }
}
