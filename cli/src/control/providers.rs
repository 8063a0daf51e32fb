//! Replaces providers of a host.

use super::message::{NewBinding, ProviderEntry, ProviderSwapped, SwapProvider};
use crate::deployment::{Deployment, shown};
use crate::error::Error;
use crate::secrets::Secrets;
use capwire::{Inventory, ProviderId, ProviderInfo, ProviderState, ProviderSwapOptions};
use capwire_manifest::nearest;

/// Replaces a provider of `deployment` by what its manifest says now.
pub(super) async fn swap(
    deployment: &Deployment,
    asked: SwapProvider,
) -> Result<ProviderSwapped, Error> {
    let _turn = deployment.part().await;
    let host = deployment.host();
    let id = named(&host.inventory(), &asked.provider)?;
    let (factory, replacement) = deployment.replacement(&id).await?;
    let mut options = ProviderSwapOptions::default().with_drain(asked.drain);
    options.values = replacement.bindings.clone();
    let swapped = host.swap_provider_with(id.clone(), factory, options).await;
    let report =
        swapped.map_err(|error| Error::failure(format!("{id} was not replaced")).because(error))?;
    deployment.replaced(&id, replacement);
    Ok(ProviderSwapped {
        contract: id.contract.to_string(),
        name: id.name.to_string(),
        generation: report.generation,
        old: super::handler::calls(report.old),
        new: super::handler::calls(report.new),
        queued: report.queued,
        refused: report.refused,
        dropped: report.dropped(),
        bindings: bound(&host.inventory(), &id),
    })
}

/// Returns the running provider that `text` names.
fn named(inventory: &Inventory, text: &str) -> Result<ProviderId, Error> {
    let id = parsed(text).ok();
    let known = inventory.providers.iter();
    let mut known = known.map(|provider| &provider.id);
    let known = known.find(|known| Some(*known) == id.as_ref());
    known.cloned().ok_or_else(|| unknown(inventory, text))
}

/// Reads the name of a provider: its contract, or its contract and name.
pub(super) fn parsed(text: &str) -> Result<ProviderId, Error> {
    let (contract, name) = text.split_once('/').unwrap_or((text, ""));
    let invalid = |error| Error::failure(format!("`{text}` names no provider")).because(error);
    Ok(ProviderId {
        contract: capwire::ContractId::new(contract).map_err(invalid)?,
        name: capwire::BindingName::new(name).map_err(invalid)?,
    })
}

pub(super) fn unknown(inventory: &Inventory, text: &str) -> Error {
    let names: Vec<String> = inventory
        .providers
        .iter()
        .map(|info| shown(&info.id))
        .collect();
    let error = Error::failure(format!("the host has no provider `{text}`"));
    match nearest(text, names.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!(
            "its providers are {}; to swap an actor, name its new module, too",
            names.join(", ")
        )),
    }
}

fn bound(inventory: &Inventory, id: &ProviderId) -> Vec<NewBinding> {
    let own = inventory.bindings.iter();
    let own = own.filter(|binding| binding.key.provider == *id);
    own.map(|binding| {
        let actor = binding.key.actor;
        let name = inventory.actors.iter().find(|info| info.id == actor);
        NewBinding {
            actor: name.map_or_else(|| actor.to_string(), |info| info.name.clone()),
            endpoints: binding.endpoints.clone(),
        }
    })
    .collect()
}

/// Returns the entry of a provider, without `secrets` in the reason why it is broken.
pub(super) fn entry(info: &ProviderInfo, secrets: &Secrets) -> ProviderEntry {
    ProviderEntry {
        contract: info.id.contract.to_string(),
        name: info.id.name.to_string(),
        provider: info.descriptor.name.clone(),
        version: info.descriptor.version.clone(),
        generation: info.generation,
        state: info.state.name().to_owned(),
        reason: match &info.state {
            ProviderState::Broken { reason } => Some(secrets.hide(reason).into_owned()),
            _ => None,
        },
        restarts: info.restarts,
        waiting: info.waiting,
    }
}
