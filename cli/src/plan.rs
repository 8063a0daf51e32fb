//! Turns a manifest into a plan: resolves every name, but starts nothing.

mod actors;
mod admit;
mod builtin;
pub(crate) mod deputies;
mod implied;
mod library;
mod limits;
pub(crate) mod location;
mod module;
pub(crate) mod names;
#[cfg(all(feature = "plugins", target_os = "linux"))]
mod plugin;
mod provider;
mod providers;
mod values;
pub(crate) mod warnings;

pub(crate) use actors::PlannedActor;
pub(crate) use builtin::{Builtin, Opening};
pub(crate) use provider::PlannedProvider;
pub(crate) use values::unknown_key;

use crate::admission::Judge;
use crate::error::Error;
use crate::files;
use crate::place::{Place, malformed};
use crate::remedy;
use crate::secrets::Secrets;
use actors::Actors;
use capwire::provider::{Config, ProviderError};
use capwire::{ActorId, BindingKey, BindingName, ContractId, ProviderId, Question, Target};
use capwire_manifest::{At, Binding, Manifest};
use limits::Allowances;
use providers::Providers;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use values::Values;

/// The actors, providers and bindings that will run.
pub(crate) struct Plan {
    /// The labels of this host, for the log.
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) actors: Vec<PlannedActor>,
    pub(crate) providers: Vec<(ProviderId, PlannedProvider)>,
    /// The bindings, in the order of their creation. Servers come last, so that clients reach an
    /// actor only when it has all other bindings.
    pub(crate) bindings: Vec<PlannedBinding>,
    /// Variables that are not replaced because they have no value.
    pub(crate) unset: Vec<Error>,
    /// Facts that the manifest's author probably does not intend. Empty if it has faults.
    pub(crate) warnings: Vec<Error>,
}

/// A binding that will be made.
pub(crate) struct PlannedBinding {
    pub(crate) key: BindingKey,
    /// The actor's name.
    pub(crate) actor: String,
    pub(crate) config: Config,
    /// Its place in the manifest.
    pub(crate) place: Place,
    /// The provider.
    pub(crate) provider: PlannedProvider,
    /// The address on which it will listen.
    listens: Option<SocketAddr>,
}

impl Plan {
    /// Reads the manifest at `path`, lets `judge` decide on its actors, and reads the secrets that
    /// it names, which are added to `secrets`.
    ///
    /// # Errors
    /// All faults of the manifest.
    pub(crate) fn read(path: &Path, judge: &Judge, secrets: &Secrets) -> Result<Self, Error> {
        let mut faults = Vec::new();
        let plan = Self::survey(path, judge, secrets, &mut faults)?;
        match Error::all(faults) {
            Some(error) => Err(error),
            None => Ok(plan),
        }
    }

    /// Does the same as [`survey`](Self::survey) for a manifest, or plans the module at `path`: see
    /// `capwire help run`. `port` is the port of the module's HTTP server.
    pub(crate) fn survey_any(
        path: &Path,
        port: Option<u16>,
        judge: &Judge,
        secrets: &Secrets,
        faults: &mut Vec<Error>,
    ) -> Result<Self, Error> {
        let bytes = files::read(path)?;
        if module::is_module(&bytes) {
            return Ok(module::plan(path, bytes, port, judge, faults));
        }
        faults.extend(port.map(|_| module::port_of_manifest(path)));
        Self::of_manifest(path, bytes, judge, secrets, faults)
    }

    /// Does the same as [`read`](Self::read), but adds errors to `faults` and goes on. Fails only if the
    /// manifest cannot be read at all.
    pub(crate) fn survey(
        path: &Path,
        judge: &Judge,
        secrets: &Secrets,
        faults: &mut Vec<Error>,
    ) -> Result<Self, Error> {
        Self::of_manifest(path, files::read(path)?, judge, secrets, faults)
    }

    /// Plans the manifest in `bytes`, the file at `path`, which may be a pipe.
    fn of_manifest(
        path: &Path,
        bytes: Vec<u8>,
        judge: &Judge,
        secrets: &Secrets,
        faults: &mut Vec<Error>,
    ) -> Result<Self, Error> {
        let mut manifest = parse(path, bytes, faults)?;
        let unset = manifest.expand(|name| std::env::var(name).ok());
        refuse_reserved_labels(path, &manifest, faults);
        let allowances = Allowances::read(path, &manifest, faults);
        let actors = actors::load(path, manifest.actors, judge, &allowances, faults);
        let mut providers = Providers::declared(path, &manifest.capabilities, judge, faults);
        let values = Values::of(path, secrets);
        let mut bindings = Vec::with_capacity(manifest.bindings.len());
        let mut ended = Vec::new();
        for binding in &manifest.bindings {
            let planned = plan_binding(path, binding, &actors, &mut providers, &values, faults);
            let planned = planned.and_then(|planned| claimed(planned, &actors, faults, &mut ended));
            bindings.extend(planned.and_then(|planned| allowed(planned, &actors, judge, faults)));
        }
        refuse_conflicts(&bindings, faults);
        if let Err(fault) = implied::add(&mut bindings, &actors.right, &mut providers) {
            faults.push(fault);
        }
        bindings.sort_by_key(|binding| binding.provider.opens_actors());
        let warnings = match faults.is_empty() {
            true => warnings::of(path, &actors, &bindings)
                .into_iter()
                .chain(ended)
                .collect(),
            false => Vec::new(),
        };
        let labels = manifest.labels.into_iter();
        Ok(Self {
            labels: labels.map(|(key, label)| (key, label.value)).collect(),
            actors: actors.right,
            providers: providers.into_planned().collect(),
            bindings,
            unset: unset
                .iter()
                .map(|name| unset_variable(path, name))
                .collect(),
            warnings,
        })
    }

    /// Returns the actors that continue with a module that a swap put in place.
    pub(crate) fn continued(&self) -> Vec<ActorId> {
        let continued = self.actors.iter().filter(|actor| actor.is_continued());
        continued.map(PlannedActor::id).collect()
    }
}

fn parse(path: &Path, bytes: Vec<u8>, faults: &mut Vec<Error>) -> Result<Manifest, Error> {
    if module::is_module(&bytes) {
        let problem = format!(
            "`{}` is a WebAssembly module, not a manifest",
            path.display()
        );
        let help = "name it in the `actors` of a manifest, or start it with `capwire run`";
        return Err(Error::failure(problem).help(help));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        Error::failure(format!(
            "the manifest `{}` is not UTF-8 text",
            path.display()
        ))
        .because(error)
    })?;
    let (manifest, wrong) = Manifest::parse_all(&text);
    faults.extend(wrong.into_iter().map(|error| malformed(path, error)));
    Ok(manifest)
}

fn unset_variable(path: &Path, name: &At<String>) -> Error {
    let variable = &name.value;
    Place::of(path, name)
        .error(format_args!(
            "the environment variable `{variable}` is not set, so `${{{variable}}}` is not replaced"
        ))
        .help(format!(
            "set it, or give a default: `${{{variable}:default}}`"
        ))
}

/// The prefix of labels that only the host sets.
const RESERVED_LABELS: &str = "hostcore.";

fn refuse_reserved_labels(path: &Path, manifest: &Manifest, faults: &mut Vec<Error>) {
    let labels = manifest.labels.iter();
    let reserved = labels.filter(|(key, _)| key.starts_with(RESERVED_LABELS));
    faults.extend(reserved.map(|(key, value)| {
        Place::of(path, value)
            .error(format_args!("the label `{key}` is reserved for the host"))
            .help("remove it")
    }));
}

/// Returns the planned binding, or `None` if it or its actor is wrong.
fn plan_binding(
    path: &Path,
    binding: &Binding,
    actors: &Actors,
    providers: &mut Providers,
    values: &Values<'_>,
    faults: &mut Vec<Error>,
) -> Option<PlannedBinding> {
    let mut keep = |error: Error| faults.push(error);
    let place = Place::of(path, &binding.actor);
    let actor = actors
        .named(&place, &binding.actor.value)
        .map_err(&mut keep);
    let place = Place::of(path, &binding.capability);
    let provider = provider_of(path, binding).map_err(&mut keep).ok()?;
    let planned = providers
        .provide(&provider, &place)
        .map_err(&mut keep)
        .ok()?;
    let config = values.read(binding, &planned, faults)?;
    let actor = actor.ok().flatten();
    let checked = (&planned, actor.map(|actor| &actor.options));
    let listens = values.check(&config, binding, checked, &place, faults)?;
    let actor = actor?;
    Some(PlannedBinding {
        key: BindingKey::new(actor.id(), provider.contract, provider.name),
        actor: actor.actor.name(),
        config,
        place,
        provider: planned,
        listens,
    })
}

/// Returns `planned`, or `None` if the actor's claims do not include the capability. This is a fault,
/// unless a swap put the actor's module in place: then the swap has `ended` the binding.
fn claimed(
    planned: PlannedBinding,
    actors: &Actors,
    faults: &mut Vec<Error>,
    ended: &mut Vec<Error>,
) -> Option<PlannedBinding> {
    let key = &planned.key;
    let actor = actors.right.iter().find(|actor| actor.id() == key.actor)?;
    if actor.claims(&key.provider.contract) {
        return Some(planned);
    }
    let error = unclaimed(&planned.place, actor, &key.provider.contract);
    match actor.is_continued() {
        true => ended.push(error),
        false => faults.push(error),
    }
    None
}

/// Returns `planned`, or `None` if the policy denies it.
fn allowed(
    planned: PlannedBinding,
    actors: &Actors,
    judge: &Judge,
    faults: &mut Vec<Error>,
) -> Option<PlannedBinding> {
    let key = &planned.key;
    let actor = actors.right.iter().find(|actor| actor.id() == key.actor)?;
    let question = Question::new(Target::Capability(key.provider.clone()));
    match actor.actor.may(&question, &judge.policy, judge.now) {
        Ok(()) => Some(planned),
        Err(denial) => {
            let help = denial.remedy().and_then(remedy::worded);
            let fault = unbindable(&planned).because(*denial);
            faults.push(match help {
                Some(help) => fault.help(help),
                None => fault,
            });
            None
        }
    }
}

/// Returns the error that a binding cannot be made.
pub(crate) fn unbindable(binding: &PlannedBinding) -> Error {
    let (actor, contract) = (&binding.actor, &binding.key.provider.contract);
    let problem = format_args!("cannot bind the actor `{actor}` to `{contract}`");
    binding.place.error(problem)
}

fn provider_of(path: &Path, binding: &Binding) -> Result<ProviderId, Error> {
    let contract = ContractId::new(&binding.capability.value)
        .map_err(|error| Place::of(path, &binding.capability).error(error))?;
    let name = BindingName::new(&binding.name.value)
        .map_err(|error| Place::of(path, &binding.name).error(error))?;
    Ok(ProviderId { contract, name })
}

fn unclaimed(place: &Place, actor: &PlannedActor, contract: &ContractId) -> Error {
    let name = actor.actor.name();
    place
        .error(format_args!(
            "cannot bind the actor `{name}` to `{contract}`: its claims do not include that capability"
        ))
        .help(format!(
            "sign it with `--cap {}`, or remove this binding",
            remedy::quoted(contract.as_str())
        ))
}

/// Finds bindings that conflict with an earlier binding.
fn refuse_conflicts(bindings: &[PlannedBinding], faults: &mut Vec<Error>) {
    for (index, second) in bindings.iter().enumerate() {
        let earlier = || bindings.iter().take(index);
        if let Some(first) = earlier().find(|first| first.key == second.key) {
            let line = first.place.line();
            let problem = format_args!("this binding repeats the one in line {line}");
            let help = "remove one of them, or name another provider with `binding`";
            faults.push(second.place.error(problem).help(help));
        } else if let Some(fault) = earlier().find_map(|first| collision(first, second)) {
            faults.push(fault);
        }
    }
}

/// Returns the fault of the second binding if it cannot listen because of the first one.
fn collision(first: &PlannedBinding, second: &PlannedBinding) -> Option<Error> {
    let (one, other) = (first.listens?, second.listens?);
    let all = one.ip().is_unspecified() || other.ip().is_unspecified();
    let collide = one.port() == other.port() && one.port() != 0 && (all || one.ip() == other.ip());
    if !collide {
        return None;
    }
    let line = first.place.line();
    let can_share = one == other && first.key.provider == second.key.provider;
    let together = || {
        second
            .provider
            .check_together(&first.config, &second.config)
    };
    match can_share.then(together).flatten() {
        Some(Ok(())) => None,
        Some(Err(error @ ProviderError::Config { .. })) => {
            let problem = format!("this binding conflicts with the one in line {line}: {error}");
            Some(second.place.error(problem))
        }
        _ => {
            let problem = format_args!("the binding in line {line} already listens on {one}");
            let help = "choose another `PORT`, or 0 for any free port, or tell both apart by `HOST`, \
                        `PATH` or `METHODS`";
            Some(second.place.error(problem).help(help))
        }
    }
}
