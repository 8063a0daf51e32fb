//! The actors of a manifest, verified, and what bindings call them.

use crate::admission::Judge;
use crate::error::Error;
use crate::files;
use crate::place::Place;
use crate::plan::limits::{Allowances, shortage};
use crate::plan::location::Folders;
use capwire::{Actor, ActorId, ActorOptions, ContractId, Policy};
use capwire_manifest::{Actor as Entry, nearest};
use std::path::{Path, PathBuf};

/// An actor that will be started.
pub(crate) struct PlannedActor {
    pub(crate) actor: Actor,
    pub(crate) file: PathBuf,
    /// Its options.
    pub(crate) options: ActorOptions,
    /// Its file, as the manifest names it.
    written: String,
    /// Its place in the manifest.
    pub(crate) place: Place,
}

impl PlannedActor {
    pub(crate) fn id(&self) -> ActorId {
        self.actor.id()
    }

    /// Returns `true` if its claims include `contract`.
    pub(crate) fn claims(&self, contract: &ContractId) -> bool {
        let mut claimed = self.actor.claims().metadata.caps.iter();
        claimed.any(|claim| ContractId::new(claim).is_ok_and(|claim| claim == *contract))
    }
}

/// Loads the actors that `judge` admits, with the options of `allowances`.
pub(crate) fn load(
    manifest: &Path,
    entries: Vec<Entry>,
    judge: &Judge,
    allowances: &Allowances<'_>,
    faults: &mut Vec<Error>,
) -> Actors {
    let folders = Folders::of(manifest);
    let mut actors = Actors::default();
    for entry in entries {
        let place = Place::of(manifest, &entry.path);
        let options = allowances.of(&entry, faults);
        match load_one(place, &folders, entry.path.value.clone(), options, judge)
            .and_then(|new| actors.refuse_second(new))
        {
            Ok(actor) => actors.right.push(actor),
            Err(fault) => {
                faults.push(fault);
                actors.wrong.push(entry.path.value);
            }
        }
    }
    actors
}

/// The actors of a manifest.
#[derive(Default)]
pub(crate) struct Actors {
    pub(crate) right: Vec<PlannedActor>,
    /// The files of the others.
    wrong: Vec<String>,
}

impl Actors {
    fn refuse_second(&self, second: PlannedActor) -> Result<PlannedActor, Error> {
        let Some(first) = self.right.iter().find(|first| first.id() == second.id()) else {
            return Ok(second);
        };
        let (written, line) = (&first.written, first.place.line());
        Err(second
            .place
            .error(format_args!(
                "`{}` is the same actor as `{written}` in line {line}",
                second.written
            ))
            .help("keep one of them, or sign one with another `--subject`"))
    }

    /// Returns the actor whose key, name or file is `text`. `None` means that it may be among the wrong
    /// ones, which are reported already.
    pub(crate) fn named(&self, place: &Place, text: &str) -> Result<Option<&PlannedActor>, Error> {
        match named(&self.right, place, text) {
            Ok(actor) => Ok(Some(actor)),
            Err(_) if self.may_be_wrong(text) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns `true` if `text` may name a wrong module, whose name and key are not trusted.
    fn may_be_wrong(&self, text: &str) -> bool {
        let stem = |file: &String| {
            Path::new(file)
                .file_stem()
                .is_some_and(|stem| stem.to_string_lossy().split('.').next() == Some(text))
        };
        let is_key = text.parse::<ActorId>().is_ok();
        let mut wrong = self.wrong.iter();
        wrong.any(|file| is_key || file == text || stem(file))
    }
}

fn load_one(
    place: Place,
    folders: &Folders,
    written: String,
    options: ActorOptions,
    judge: &Judge,
) -> Result<PlannedActor, Error> {
    let file = folders.require(&place, &written)?;
    let wasm = files::read(&file).map_err(|error| error.at(&place))?;
    let actor = Actor::from_bytes(wasm, &judge.verifier, judge.now).map_err(|error| {
        place
            .error(format_args!("the actor `{}` is refused", file.display()))
            .because(error)
    })?;
    if !judge.policy.may_start(actor.claims()) {
        let (name, id) = (actor.name(), actor.id());
        return Err(place
            .error(format_args!("the policy does not allow {name} ({id}) to start"))
            .help("remove `start: false` from the policy, under the actor's key, its account or `everyone`"));
    }
    if let Some(shortage) = shortage(actor.wasm(), &options) {
        return Err(place
            .error(format_args!(
                "the actor `{}` cannot start within its limits",
                file.display()
            ))
            .because(shortage.what)
            .help(shortage.help));
    }
    Ok(PlannedActor {
        actor,
        file,
        options,
        written,
        place,
    })
}

/// Returns the one of `actors` whose key, name or file is `text`.
fn named<'a>(
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
        .help(format!("use one of their keys: {}", keys.join(", ")))
}

fn unknown(actors: &[PlannedActor], place: &Place, text: &str) -> Error {
    let names: Vec<String> = actors.iter().map(|actor| actor.actor.name()).collect();
    let error = place.error(format_args!("`actors` has no actor `{text}`"));
    match nearest(text, names.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => error.help("add its file to `actors`"),
        None => error.help(format!(
            "choose one of {}, or add its file to `actors`",
            names.join(", ")
        )),
    }
}
