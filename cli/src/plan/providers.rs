//! The providers that a manifest names, and those that are loaded by default.

use super::builtin::Builtin;
use super::library;
use super::provider::PlannedProvider;
use crate::admission::Judge;
use crate::error::Error;
use crate::known;
use crate::place::Place;
use crate::plan::warnings::no_provider_of;
use capwire::contracts::known_operations;
use capwire::{BindingName, ContractId, ProviderId};
use capwire_manifest::{Capability, Source, nearest};
use std::collections::BTreeMap;
use std::path::Path;

/// The providers that will be loaded.
pub(crate) struct Providers {
    planned: BTreeMap<ProviderId, PlannedProvider>,
    /// The names of those that the manifest names, by contract.
    declared: BTreeMap<ContractId, Vec<BindingName>>,
}

impl Providers {
    /// Returns the providers that the manifest at `path` names, without wrong ones.
    pub(crate) fn declared(
        path: &Path,
        capabilities: &[Capability],
        judge: &Judge,
        faults: &mut Vec<Error>,
    ) -> Self {
        let mut providers = Self {
            planned: BTreeMap::new(),
            declared: BTreeMap::new(),
        };
        for capability in capabilities {
            let place = Place::of(path, &capability.source);
            faults.extend(providers.declare(path, &place, capability, judge).err());
        }
        providers
    }

    fn declare(
        &mut self,
        manifest: &Path,
        place: &Place,
        capability: &Capability,
        judge: &Judge,
    ) -> Result<(), Error> {
        let provider = provider(manifest, place, capability, judge)?;
        let invalid = |error| place.error(error);
        let contract = ContractId::new(provider.contract()).map_err(invalid)?;
        let name = BindingName::new(&capability.binding_name.value).map_err(invalid)?;
        let id = ProviderId {
            contract: contract.clone(),
            name: name.clone(),
        };
        if self.planned.insert(id, provider).is_some() {
            return Err(place
                .error(format_args!(
                    "`{contract}` already has a provider named `{name}`"
                ))
                .help("give this one another name with `binding_name`, or remove it"));
        }
        self.declared.entry(contract).or_default().push(name);
        Ok(())
    }

    /// Returns the provider `wanted`: one that the manifest names, or the default of a contract
    /// without a named provider.
    pub(crate) fn provide(
        &mut self,
        wanted: &ProviderId,
        place: &Place,
    ) -> Result<PlannedProvider, Error> {
        if let Some(provider) = self.planned.get(wanted) {
            return Ok(provider.clone());
        }
        let ProviderId { contract, name } = wanted;
        if let Some(declared) = self.declared.get(contract) {
            let names: Vec<&str> = declared.iter().map(BindingName::as_str).collect();
            return Err(place
                .error(format_args!("`{contract}` has no provider named `{name}`"))
                .help(format!(
                    "choose one with `binding`: {}; or declare it in `capabilities`",
                    names.join(", ")
                )));
        }
        let Some(builtin) = Builtin::default_of(contract) else {
            return Err(no_provider(place, contract.as_str()));
        };
        let provider = PlannedProvider::Builtin(builtin);
        self.planned.insert(wanted.clone(), provider.clone());
        Ok(provider)
    }

    pub(crate) fn into_planned(self) -> impl Iterator<Item = (ProviderId, PlannedProvider)> {
        self.planned.into_iter()
    }
}

fn provider(
    manifest: &Path,
    place: &Place,
    capability: &Capability,
    judge: &Judge,
) -> Result<PlannedProvider, Error> {
    match &capability.source.value {
        Source::Builtin(name) => match Builtin::named(name) {
            Some(builtin) => Ok(PlannedProvider::Builtin(builtin)),
            None => Err(place
                .error(format_args!("this `capwire` has no provider `{name}`"))
                .help(hint(name))),
        },
        Source::Path(path) => library::provider(manifest, place, path, capability, judge),
        _ => Err(place.error("this kind of provider source is not supported yet")),
    }
}

fn hint(name: &str) -> String {
    match nearest(name, Builtin::names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let names: Vec<&str> = Builtin::names().collect();
            format!("choose one of {}", names.join(", "))
        }
    }
}

/// Returns the error that no provider serves the contract `text`.
fn no_provider(place: &Place, text: &str) -> Error {
    let error = place.error(format_args!("this `capwire` has no provider of `{text}`"));
    if text.parse::<capwire::ActorId>().is_ok() {
        return error
            .help("remove this binding: an actor calls another one without it if its claims name the other's key");
    }
    let near = || nearest(text, Builtin::contracts());
    match known::contract(text) {
        Some(unknown) => error.help(unknown.help),
        None if known_operations(text).is_some() => error.help(no_provider_of(text)),
        None => match near() {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => {
                let known: Vec<&str> = Builtin::contracts().collect();
                error.help(format!("the known contracts are {}", known.join(", ")))
            }
        },
    }
}
