//! Single changes of a host: starts an actor, binds it, and ends a binding.

use super::handler::Handler;
use super::message::{Bind, Started, Unbind};
use super::providers::parsed;
use crate::blocking::blocking;
use crate::error::Error;
use crate::plan::{Builtin, PlannedProvider, unknown_key};
use crate::remedy;
use crate::start;
use capwire::provider::{Config, Key};
use capwire::{BindingKey, BindingName, ProviderId};
use std::sync::Arc;

impl Handler {
    /// Starts the actor in `module`, with the limits of a manifest that sets none.
    pub(super) async fn start(&self, module: Vec<u8>) -> Result<Started, Error> {
        let _turn = self.deployment().part().await;
        let verified = self.host().verify(module).await;
        let actor =
            verified.map_err(|error| Error::failure("the module is refused").because(error))?;
        let (name, id) = (actor.name(), actor.id());
        let (revision, module) = (actor.claims().metadata.rev, actor.wasm().clone());
        let options = capwire::ActorOptions::default();
        let started = self.host().start_actor_with(actor, options).await;
        started.map_err(|error| {
            let help = remedy::of_start(&error);
            let failed = Error::failure(format!("`{name}` cannot start")).because(error);
            match help {
                Some(help) => failed.help(help),
                None => failed,
            }
        })?;
        let versions = Arc::clone(self.deployment().versions());
        blocking(move || {
            versions.started(id, &module, revision.unwrap_or(0));
            Ok(())
        })
        .await?;
        Ok(Started {
            name,
            key: id.to_string(),
            revision: revision.unwrap_or(0),
        })
    }

    /// Binds an actor; returns the URLs at which the binding listens. A default provider is opened if
    /// nobody provides the contract yet.
    pub(super) async fn bind(&self, asked: Bind) -> Result<Vec<String>, Error> {
        // It may add a provider, which is not to be added twice.
        let _turn = self.deployment().whole().await;
        let info = self.named(&asked.actor)?;
        let id = parsed(&asked.provider)?;
        let provider = self.provider(&id)?;
        let config = Config::from_iter(&asked.values);
        check(&provider, &config)?;
        provider
            .check(&config, Some(&info.options))
            .map_err(|error| refused(&info.name, &asked.provider).because(error))?;
        let key = BindingKey {
            actor: info.id,
            provider: id.clone(),
        };
        let inventory = self.host().inventory();
        let opened = !inventory.providers.iter().any(|other| other.id == id);
        if opened {
            let opening = self.deployment().replan().opening.clone();
            let planned = [(id.clone(), provider.clone())];
            start::add_providers(self.host(), planned, &opening).await?;
        }
        let bound = match inventory.bindings.iter().any(|other| other.key == key) {
            true => self.host().rebind(key.clone(), config.clone()).await,
            false => self.host().bind(key.clone(), config.clone()).await,
        };
        match bound {
            Ok(bound) => {
                self.deployment().bound(key, config, provider);
                Ok(bound.endpoints)
            }
            Err(error) => {
                if opened {
                    // Nobody uses it.
                    drop(self.host().remove_provider(id).await);
                }
                let help = error.remedy().as_ref().and_then(remedy::worded);
                let refused = refused(&info.name, &asked.provider).because(error);
                Err(match help {
                    Some(help) => refused.help(help),
                    None => refused,
                })
            }
        }
    }

    pub(super) async fn unbind(&self, asked: Unbind) -> Result<(), Error> {
        let _turn = self.deployment().part().await;
        let info = self.named(&asked.actor)?;
        let key = BindingKey {
            actor: info.id,
            provider: parsed(&asked.provider)?,
        };
        let ended = self.host().unbind(key.clone()).await;
        ended.map_err(|error| {
            let (name, provider) = (&info.name, &asked.provider);
            let problem = format!("the binding of `{name}` to `{provider}` was not ended");
            Error::failure(problem).because(error)
        })?;
        self.deployment().unbound(&key);
        Ok(())
    }

    /// Returns the provider `id` that runs, or else the default one of its contract.
    fn provider(&self, id: &ProviderId) -> Result<PlannedProvider, Error> {
        if let Some(provider) = self.deployment().provider(id) {
            return Ok(provider);
        }
        let default = Builtin::default_of(&id.contract);
        match default.filter(|_| id.name == BindingName::default()) {
            Some(builtin) => Ok(PlannedProvider::Builtin(builtin)),
            None => Err(super::providers::unknown(
                &self.host().inventory(),
                &crate::deployment::shown(id),
            )),
        }
    }
}

/// Refuses keys that `provider` does not know.
fn check(provider: &PlannedProvider, config: &Config) -> Result<(), Error> {
    let Some(keys) = provider.keys() else {
        return Ok(());
    };
    let known = |key: &str| keys.iter().any(|known| Key::covers(known, key));
    match config.iter().find(|(key, _)| !known(key)) {
        Some((unknown, _)) => Err(unknown_key(provider, unknown)),
        None => Ok(()),
    }
}

fn refused(actor: &str, provider: &str) -> Error {
    Error::failure(format!("cannot bind the actor `{actor}` to `{provider}`"))
}
