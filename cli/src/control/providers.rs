//! Replaces providers of a host.

use super::message::{NewBinding, ProviderEntry, ProviderSwapped, SwapProvider};
use crate::error::Error;
use crate::replan::{Replacement, Replan};
use crate::secrets::Secrets;
use capwire::{Host, Inventory, ProviderId, ProviderInfo, ProviderState, ProviderSwapOptions};
use capwire_manifest::nearest;
use std::sync::Arc;

/// Replaces a provider of `host` by what its manifest says now.
pub(super) async fn swap(
    host: &Host,
    replan: &Arc<Replan>,
    asked: SwapProvider,
) -> Result<ProviderSwapped, Error> {
    let id = named(&host.inventory(), &asked.provider)?;
    let Replacement { factory, bindings } = read(replan, &id).await?;
    let mut options = ProviderSwapOptions::default().with_drain(asked.drain);
    options.values = bindings.into_iter().collect();
    let swapped = host.swap_provider_with(id.clone(), factory, options).await;
    let report =
        swapped.map_err(|error| Error::failure(format!("{id} was not replaced")).because(error))?;
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

async fn read(replan: &Arc<Replan>, id: &ProviderId) -> Result<Replacement, Error> {
    let (replan, wanted) = (Arc::clone(replan), id.clone());
    let read = tokio::task::spawn_blocking(move || replan.provider(&wanted)).await;
    read.map_err(|error| Error::failure("cannot read the manifest").because(error))
        .flatten()
}

/// Returns the provider that `text` names: by its contract, or by its contract and name.
fn named(inventory: &Inventory, text: &str) -> Result<ProviderId, Error> {
    let (contract, name) = text.split_once('/').unwrap_or((text, ""));
    let contract = capwire::ContractId::new(contract);
    let name = capwire::BindingName::new(name);
    let known = inventory.providers.iter().find(|provider| {
        let ProviderId {
            contract: own,
            name: known,
        } = &provider.id;
        contract.as_ref().is_ok_and(|contract| contract == own)
            && name.as_ref().is_ok_and(|name| name == known)
    });
    match known {
        Some(provider) => Ok(provider.id.clone()),
        None => Err(unknown(inventory, text)),
    }
}

fn unknown(inventory: &Inventory, text: &str) -> Error {
    let names: Vec<String> = inventory.providers.iter().map(name).collect();
    let error = Error::failure(format!("the host has no provider `{text}`"));
    match nearest(text, names.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!(
            "its providers are {}; to swap an actor, name its new module, too",
            names.join(", ")
        )),
    }
}

/// Returns the name of a provider on the command line.
fn name(provider: &ProviderInfo) -> String {
    let ProviderId { contract, name } = &provider.id;
    match *name == capwire::BindingName::default() {
        true => contract.to_string(),
        false => format!("{contract}/{name}"),
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
