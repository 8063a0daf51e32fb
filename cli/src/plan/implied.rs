//! Bindings that no manifest has to name.

use super::PlannedBinding;
use super::actors::PlannedActor;
use super::providers::Providers;
use crate::error::Error;
use capwire::provider::Config;
use capwire::{BindingKey, BindingName, ContractId, contracts};

/// The contract that is bound to every actor that claims it, because manifests of the host of 2020
/// rely on this.
const CONTRACT: &str = contracts::extras::CONTRACT;

/// Binds actors to [`CONTRACT`] that claim it and that no binding mentions with it. A manifest
/// that has providers of it, all with names of their own, chooses among them itself.
pub(crate) fn add(
    bindings: &mut Vec<PlannedBinding>,
    actors: &[PlannedActor],
    providers: &mut Providers,
) -> Result<(), Error> {
    for actor in actors {
        let place = &actor.place;
        let contract = ContractId::new(CONTRACT).map_err(|error| place.error(error))?;
        let key = BindingKey::new(actor.id(), contract, BindingName::default());
        let bound = bindings.iter().any(|binding| is_same(&binding.key, &key));
        if bound || !actor.claims(&key.provider.contract) {
            continue;
        }
        if let Ok(provider) = providers.provide(&key.provider, place) {
            bindings.push(PlannedBinding {
                key,
                actor: actor.actor.name(),
                config: Config::default(),
                place: place.clone(),
                provider,
                listens: None,
            });
        }
    }
    Ok(())
}

fn is_same(one: &BindingKey, other: &BindingKey) -> bool {
    one.actor == other.actor && one.provider.contract == other.provider.contract
}
