//! Adds providers to a host.

use super::{supervise, versions};
use crate::call::Dispatcher;
use crate::error::Error;
use crate::id::{BindingName, ProviderId};
use crate::report::Event;
use crate::state::{Description, ProviderVersion, RunningProvider};
use capwire_provider::{Provider, ProviderFactory};
use std::sync::Arc;

/// The number of the version with which a provider is added.
const FIRST: u64 = 1;

/// Adds a provider to a host, open already or opened by `source`.
pub(crate) fn add(
    dispatcher: &Arc<Dispatcher>,
    name: BindingName,
    source: Arc<dyn ProviderFactory>,
    open: Arc<dyn Provider>,
) -> Result<ProviderId, Error> {
    let host = dispatcher.shared();
    let description = Description::read(&*source)?;
    let id = ProviderId {
        contract: description.contract().clone(),
        name,
    };
    let version = ProviderVersion::new(FIRST, open);
    let now = host.clock.monotonic();
    let added = RunningProvider::new(id.clone(), description, source, Arc::clone(&version), now);
    let added = Arc::new(added);
    let entry = Arc::clone(&added);
    host.tables.change(|tables| tables.insert_provider(entry))?;
    supervise::watch(dispatcher, &added, &version);
    host.announcer.announce(Event::ProviderAdded {
        provider: id.clone(),
    });
    Ok(id)
}

/// Opens a provider with `source`, and adds it to a host.
pub(crate) async fn open(
    dispatcher: &Arc<Dispatcher>,
    name: BindingName,
    source: Arc<dyn ProviderFactory>,
) -> Result<ProviderId, Error> {
    let host = dispatcher.shared();
    let contract = Description::read(&*source)?.contract().clone();
    let id = ProviderId {
        contract,
        name: name.clone(),
    };
    let opened = versions::opened(host, &id, &*source).await?;
    add(dispatcher, name, source, opened)
}
