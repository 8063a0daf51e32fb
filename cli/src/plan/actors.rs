//! The actors of a manifest, verified, and what bindings call them.

use crate::admission::Judge;
use crate::error::Error;
use crate::files;
use crate::place::Place;
use crate::plan::admit::{Found, Origin, Swap, admit};
use crate::plan::limits::Allowances;
use crate::plan::location::Folders;
use crate::plan::names::{owner_of_name, resolve};
use capwire::{Actor, ActorId, ActorOptions, ChainRule, ContractId};
use capwire_manifest::Actor as Entry;
use std::path::{Path, PathBuf};

/// An actor that will be started.
pub(crate) struct PlannedActor {
    pub(crate) actor: Actor,
    pub(crate) file: PathBuf,
    /// Its options.
    pub(crate) options: ActorOptions,
    /// Its file, as the manifest names it.
    pub(super) written: String,
    /// The name by which other actors may call it.
    pub(crate) alias: Option<String>,
    /// The rule by which it acts for other actors, if the manifest has one.
    pub(crate) chain: Option<ChainRule>,
    /// The module in its file, which a swap may have replaced.
    pub(crate) origin: Origin,
    /// Its place in the manifest.
    pub(crate) place: Place,
}

impl PlannedActor {
    pub(crate) fn id(&self) -> ActorId {
        self.actor.id()
    }

    /// Returns `true` if a swap put its module in place of that in its file.
    pub(crate) fn is_continued(&self) -> bool {
        matches!(self.origin.swap, Swap::Continued(_))
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
    let mut actors = Actors {
        right: Vec::new(),
        wrong: Vec::new(),
        folders: Folders::of(manifest),
    };
    for entry in entries {
        let place = Place::of(manifest, &entry.path);
        let options = allowances.of(&entry, faults);
        let chain = allowances.chain_of(&entry);
        let alias = entry.alias.and_then(|alias| {
            let place = Place::of(manifest, &alias);
            let checked = actors.check_alias(&place, alias.value);
            checked.map_err(|fault| faults.push(fault)).ok()
        });
        let written = entry.path.value.clone();
        let loaded = load_one(place, &actors.folders, written, options, judge);
        match loaded.and_then(|new| actors.refuse_second(new)) {
            Ok(actor) => actors.right.push(PlannedActor {
                alias,
                chain,
                ..actor
            }),
            Err(fault) => {
                faults.push(fault);
                actors.wrong.push(entry.path.value);
            }
        }
    }
    actors
}

/// Loads the actor in `wasm`, the file at `path`, which no manifest names.
pub(super) fn of_module(
    path: &Path,
    wasm: Vec<u8>,
    options: ActorOptions,
    judge: &Judge,
    faults: &mut Vec<Error>,
) -> Actors {
    let mut actors = Actors {
        right: Vec::new(),
        wrong: Vec::new(),
        folders: Folders::of(path),
    };
    let written = path.display().to_string();
    let file = Found {
        place: Place::whole(path),
        file: path.to_owned(),
        written,
        wasm,
    };
    match admit(file, options, judge) {
        Ok(actor) => actors.right.push(actor),
        Err(fault) => faults.push(fault),
    }
    actors
}

/// The actors of a manifest.
pub(crate) struct Actors {
    pub(crate) right: Vec<PlannedActor>,
    /// The files of the others.
    wrong: Vec<String>,
    folders: Folders,
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

    /// Returns `alias` if it can be one and no actor has it yet.
    fn check_alias(&self, place: &Place, alias: String) -> Result<String, Error> {
        capwire::check_alias(&alias).map_err(|error| place.error(error))?;
        let mut others = self.right.iter();
        match others.find(|other| other.alias.as_ref() == Some(&alias)) {
            None => Ok(alias),
            Some(other) => Err(place
                .error(format_args!(
                    "the actor in line {} has the alias `{alias}` already",
                    other.place.line()
                ))
                .help("choose another one")),
        }
    }

    /// Returns the actor that `text` [names](resolve). `None` means that it may be among the wrong
    /// ones, which are reported already.
    pub(crate) fn named(&self, place: &Place, text: &str) -> Result<Option<&PlannedActor>, Error> {
        match resolve(&self.right, &self.folders, text) {
            Ok(actor) => Ok(Some(actor)),
            Err(_) if self.may_be_wrong(text) => Ok(None),
            Err(unresolved) => Err(place.error(unresolved.problem).help(unresolved.help)),
        }
    }

    /// Returns a warning for each actor that claims the name of another one's file, or its alias.
    pub(super) fn taken_names(&self) -> Vec<Error> {
        let taken = self.right.iter().filter_map(|claimant| {
            let owner = owner_of_name(&self.right, &self.folders, claimant)?;
            let (name, line) = (claimant.actor.name(), owner.place.line());
            let owned = match owner.alias.as_ref() == Some(&name) {
                true => "the alias of the actor".to_owned(),
                false => format!("the file `{}`", owner.written),
            };
            let problem = format_args!(
                "the claims of this actor name it `{name}`, but that is {owned} in line {line}"
            );
            let help = "bindings and commands with this name do not mean this actor: use its key or its file";
            Some(claimant.place.error(problem).help(help))
        });
        taken.collect()
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
    let found = Found {
        place,
        file,
        written,
        wasm,
    };
    admit(found, options, judge)
}
