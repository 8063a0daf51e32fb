//! The changes of a host, one by one. Those that can be undone are.

use super::Deployment;
use super::difference::{NewBinding, ProviderSwap};
use crate::error::Error;
use crate::factory::Opener;
use crate::plan::{PlannedActor, PlannedProvider, unbindable};
use crate::start;
use capwire::provider::Config;
use capwire::{ActorId, BindingKey, ErrorKind, PreparedSwap, ProviderId, ProviderSwapOptions};
use std::collections::HashMap;
use std::time::Duration;

/// Changes a deployment.
pub(super) struct Steps<'a> {
    deployment: &'a Deployment,
    undo: Vec<Undo>,
    /// True if a version of an actor or a provider was replaced, which is not undone.
    replaced: bool,
    /// The calls of replaced versions and stopped actors that were dropped.
    pub(super) dropped: u64,
    /// The generations of the actors that were started or replaced.
    pub(super) generations: HashMap<ActorId, u64>,
    /// The number of changes until now.
    pub(super) made: usize,
}

/// The way back from a change.
enum Undo {
    Bind(BindingKey, Config),
    Rebind(BindingKey, Config),
    Unbind(BindingKey),
    Remove(ProviderId),
    Stop(ActorId),
    Aliases(HashMap<String, ActorId>),
}

impl<'a> Steps<'a> {
    pub(super) fn new(deployment: &'a Deployment) -> Self {
        Self {
            deployment,
            undo: Vec::new(),
            replaced: false,
            dropped: 0,
            generations: HashMap::new(),
            made: 0,
        }
    }

    /// Returns true if the changes until now can be undone.
    pub(super) fn can_be_undone(&self) -> bool {
        !self.replaced
    }

    pub(super) async fn unbind(&mut self, key: BindingKey) {
        let ended = self.deployment.host.unbind(key.clone()).await;
        // The host has announced a resource that was not closed. The binding has ended in any case.
        drop(ended);
        let config = self.deployment.deployed().bindings.remove(&key);
        self.done(config.map(|config| Undo::Bind(key, config)));
    }

    /// Adds a provider that `opener` has opened.
    pub(super) async fn add(
        &mut self,
        id: ProviderId,
        planned: PlannedProvider,
        opener: Opener,
    ) -> Result<(), Error> {
        start::add_provider(&self.deployment.host, &id, opener).await?;
        let mut deployed = self.deployment.deployed();
        deployed.providers.insert(id.clone(), planned);
        drop(deployed);
        self.done(Some(Undo::Remove(id)));
        Ok(())
    }

    pub(super) async fn start(&mut self, planned: PlannedActor) -> Result<(), Error> {
        let id = planned.id();
        start::start_actor(&self.deployment.host, planned).await?;
        self.generations.insert(id, 1);
        self.done(Some(Undo::Stop(id)));
        Ok(())
    }

    pub(super) fn set_aliases(&mut self, aliases: HashMap<String, ActorId>) -> Result<(), Error> {
        let before = self.deployment.host.aliases();
        start::set_aliases(&self.deployment.host, aliases)?;
        self.done(Some(Undo::Aliases(before)));
        Ok(())
    }

    pub(super) async fn bind(&mut self, new: NewBinding) -> Result<(), Error> {
        let host = &self.deployment.host;
        let (key, config) = (new.planned.key.clone(), new.planned.config.clone());
        let undo = match new.old {
            None => {
                start::bind(host, new.planned).await?;
                Undo::Unbind(key.clone())
            }
            Some(old) => {
                let failed = unbindable(&new.planned);
                let bound = host.rebind(key.clone(), config.clone()).await;
                bound.map_err(|error| failed.because(error))?;
                Undo::Rebind(key.clone(), old)
            }
        };
        self.deployment.deployed().bindings.insert(key, config);
        self.done(Some(undo));
        Ok(())
    }

    pub(super) async fn swap_provider(
        &mut self,
        swap: ProviderSwap,
        opener: Opener,
        drain: Option<Duration>,
    ) -> Result<(), Error> {
        let ProviderSwap {
            id,
            planned,
            values,
        } = swap;
        let mut options = ProviderSwapOptions::default().with_drain(drain);
        options.values = values.clone();
        let host = &self.deployment.host;
        let swapped = host.swap_provider_with(id.clone(), opener, options).await;
        let report = swapped.map_err(|error| {
            let name = super::change::shown(&id);
            Error::failure(format!("the provider {name} was not replaced")).because(error)
        })?;
        self.dropped += report.dropped();
        self.replaced = true;
        let mut deployed = self.deployment.deployed();
        deployed.providers.insert(id, planned);
        deployed.bindings.extend(values);
        drop(deployed);
        self.done(None);
        Ok(())
    }

    pub(super) async fn swap_actor(&mut self, swap: PreparedSwap) -> Result<(), Error> {
        let swapped = swap.carry_out().await;
        let report =
            swapped.map_err(|error| Error::failure("an actor was not replaced").because(error))?;
        self.dropped += report.dropped();
        self.replaced = true;
        self.generations.insert(report.actor, report.generation);
        self.done(None);
        Ok(())
    }

    pub(super) async fn stop(&mut self, id: ActorId) -> Result<(), Error> {
        match self.deployment.host.stop_actor(id).await {
            Ok(dropped) => self.dropped += dropped as u64,
            // Its claims have expired, or the policy has stopped it.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                let problem = format!("the actor {id} was not stopped");
                return Err(Error::failure(problem).because(error));
            }
        }
        let mut deployed = self.deployment.deployed();
        deployed.bindings.retain(|key, _| key.actor != id);
        drop(deployed);
        self.deployment.versions.stopped(id);
        self.done(None);
        Ok(())
    }

    pub(super) async fn remove(&mut self, id: ProviderId) -> Result<(), Error> {
        let removed = self.deployment.host.remove_provider(id.clone()).await;
        removed.map_err(|error| {
            let name = super::change::shown(&id);
            Error::failure(format!("the provider {name} was not removed")).because(error)
        })?;
        let mut deployed = self.deployment.deployed();
        deployed.providers.remove(&id);
        deployed.bindings.retain(|key, _| key.provider != id);
        drop(deployed);
        self.done(None);
        Ok(())
    }

    /// Takes all changes back, the last one first. Returns the errors of those that stay.
    pub(super) async fn undo(mut self) -> Vec<Error> {
        let mut failed = Vec::new();
        while let Some(undo) = self.undo.pop() {
            failed.extend(self.undo_one(undo).await.err());
        }
        failed
    }

    async fn undo_one(&self, undo: Undo) -> Result<(), Error> {
        let host = &self.deployment.host;
        let deployed = || self.deployment.deployed();
        let done = match undo {
            Undo::Bind(key, config) => {
                let bound = host.bind(key.clone(), config.clone()).await;
                bound.map(|_| drop(deployed().bindings.insert(key, config)))
            }
            Undo::Rebind(key, config) => {
                let bound = host.rebind(key.clone(), config.clone()).await;
                bound.map(|_| drop(deployed().bindings.insert(key, config)))
            }
            Undo::Unbind(key) => {
                deployed().bindings.remove(&key);
                host.unbind(key).await
            }
            Undo::Remove(id) => {
                deployed().providers.remove(&id);
                host.remove_provider(id).await
            }
            Undo::Stop(id) => host.stop_actor(id).await.map(drop),
            Undo::Aliases(aliases) => return start::set_aliases(host, aliases),
        };
        done.map_err(|error| Error::failure("a change could not be undone").because(error))
    }

    fn done(&mut self, undo: Option<Undo>) {
        self.made += 1;
        self.undo.extend(undo);
    }
}
