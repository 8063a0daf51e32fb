//! From a manifest to what will run: every name resolved, nothing started.

use super::actors::{self, PlannedActor};
use super::builtin::Builtin;
use super::implied;
use super::place::{Place, malformed};
use super::providers::Providers;
use crate::error::Error;
use crate::files;
use capwire::provider::Config;
use capwire::wascap::UnixSeconds;
use capwire::{BindingKey, BindingName, ContractId, ProviderId};
use capwire_manifest::{At, Binding, Manifest};
use std::collections::BTreeMap;
use std::path::Path;

/// What will run.
pub(super) struct Plan {
    /// What people call this host; for the log.
    pub(super) labels: BTreeMap<String, String>,
    pub(super) actors: Vec<PlannedActor>,
    pub(super) providers: Vec<(ProviderId, &'static Builtin)>,
    /// In the order in which they are made: strangers reach an actor only when it has the rest.
    pub(super) bindings: Vec<PlannedBinding>,
}

/// A binding that will be made.
pub(super) struct PlannedBinding {
    pub(super) key: BindingKey,
    /// The actor's name.
    pub(super) actor: String,
    pub(super) config: Config,
    /// Where the manifest says so.
    pub(super) place: Place,
}

impl Plan {
    /// Reads the manifest at `path`, and verifies its actors at the time `now`.
    pub(super) fn read(path: &Path, now: UnixSeconds) -> Result<Self, Error> {
        let manifest = parse(path)?;
        refuse_reserved_labels(path, &manifest)?;
        let actors = actors::load(path, manifest.actors, now)?;
        let mut providers = Providers::declared(path, &manifest.capabilities)?;
        let mut bindings = Vec::with_capacity(manifest.bindings.len());
        for binding in &manifest.bindings {
            let planned = plan_binding(path, binding, &actors, &mut providers)?;
            refuse_second(&bindings, &planned)?;
            bindings.push(planned);
        }
        implied::add(&mut bindings, &actors, &mut providers)?;
        bindings.sort_by_key(|binding| providers.opens_actors(&binding.key.provider));
        let labels = manifest.labels.into_iter();
        Ok(Self {
            labels: labels.map(|(key, label)| (key, label.value)).collect(),
            actors,
            providers: providers.into_planned().collect(),
            bindings,
        })
    }
}

fn parse(path: &Path) -> Result<Manifest, Error> {
    let text = String::from_utf8(files::read(path)?).map_err(|error| {
        Error::failure(format!("the manifest `{}` is not text", path.display())).because(error)
    })?;
    Manifest::parse(&text).map_err(|error| malformed(path, &error))
}

/// What a host says of itself, and no manifest can change.
const RESERVED_LABELS: &str = "hostcore.";

fn refuse_reserved_labels(path: &Path, manifest: &Manifest) -> Result<(), Error> {
    let reserved = |(key, _): &(&String, &At<String>)| key.starts_with(RESERVED_LABELS);
    match manifest.labels.iter().find(reserved) {
        None => Ok(()),
        Some((key, value)) => Err(Place::of(path, value)
            .error(format_args!("the label `{key}` is set by the host itself"))
            .help("remove it")),
    }
}

fn plan_binding(
    path: &Path,
    binding: &Binding,
    actors: &[PlannedActor],
    providers: &mut Providers,
) -> Result<PlannedBinding, Error> {
    let place = Place::of(path, &binding.actor);
    let actor = actors::named(actors, &place, &binding.actor.value)?;
    let place = Place::of(path, &binding.capability);
    let contract =
        ContractId::new(&binding.capability.value).map_err(|error| place.error(error))?;
    let name = BindingName::new(&binding.name).map_err(|error| place.error(error))?;
    let key = BindingKey::new(actor.id(), contract, name);
    providers.provide(&key.provider, &place)?;
    if !actor.claims(&key.provider.contract) {
        return Err(unclaimed(&place, actor, &key.provider.contract));
    }
    let values = binding.values.iter();
    Ok(PlannedBinding {
        key,
        actor: actor.actor.name(),
        config: Config::from_iter(values.map(|(key, value)| (key, &value.value))),
        place,
    })
}

fn unclaimed(place: &Place, actor: &PlannedActor, contract: &ContractId) -> Error {
    let name = actor.actor.name();
    place
        .error(format_args!(
            "the actor `{name}` does not claim `{contract}`"
        ))
        .help(format!(
            "sign it with `--cap {contract}`, or remove this binding"
        ))
}

fn refuse_second(bindings: &[PlannedBinding], second: &PlannedBinding) -> Result<(), Error> {
    let Some(first) = bindings.iter().find(|first| first.key == second.key) else {
        return Ok(());
    };
    let line = first.place.line;
    Err(second
        .place
        .error(format_args!("the same binding is in line {line} already"))
        .help("remove one of them, or name another provider with `binding`"))
}
