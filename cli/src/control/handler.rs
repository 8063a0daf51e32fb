//! Carries out the commands to a host.

use super::message::{
    self, ActorEntry, BindingEntry, Calls, CanaryEntry, Instances, Listing, Stopped, Swap,
    SwapProvider, Swapped,
};
use super::providers;
use crate::blocking::blocking;
use crate::deployment::{Apply, Deployment};
use crate::error::Error;
use crate::remedy;
use capwire::{
    ActorId, ActorInfo, ActorOptions, BindingInfo, CallCounts, Canary, Host, Limit, Proportion,
    SwapOptions, Unit,
};
use capwire_manifest::nearest;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Notify;

/// Carries out the commands to one host.
pub(super) struct Handler {
    deployment: Arc<Deployment>,
    stop: Arc<Notify>,
}

impl Handler {
    /// Returns the handler of the host of `deployment`, which stops when `stop` is notified.
    pub(super) fn new(deployment: Arc<Deployment>, stop: Arc<Notify>) -> Self {
        Self { deployment, stop }
    }

    pub(super) fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    pub(super) fn host(&self) -> &Host {
        self.deployment.host()
    }

    pub(super) fn list(&self) -> Result<Value, Error> {
        let inventory = self.host().inventory();
        let actors = inventory.actors.iter();
        let providers = inventory.providers.iter();
        let aliases = self.host().aliases();
        value(&Listing {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            actors: actors
                .map(|info| {
                    let manifest_revision = self.deployment.versions().manifest_revision(info.id);
                    let mut own: Vec<String> = aliases
                        .iter()
                        .filter(|(_, actor)| **actor == info.id)
                        .map(|(alias, _)| alias.clone())
                        .collect();
                    own.sort();
                    actor(info, own, &inventory.bindings, manifest_revision)
                })
                .collect(),
            providers: providers
                .map(|info| providers::entry(info, &self.deployment.replan().secrets))
                .collect(),
        })
    }

    pub(super) async fn swap(&self, asked: Swap, module: Vec<u8>) -> Result<Value, Error> {
        // A canary may take long. Whatever changes the whole meanwhile leaves its actor alone.
        let _turn = match asked.canary {
            None => Some(self.deployment.part().await),
            Some(_) => None,
        };
        let running = self.named(&asked.actor)?;
        let actor = self.host().verify(module).await;
        let actor =
            actor.map_err(|error| Error::failure("the new module is refused").because(error))?;
        if actor.id() != running.id {
            return Err(another_actor(actor.id(), &running));
        }
        let (name, bytes) = (actor.name(), actor.wasm().clone());
        let mut options = SwapOptions::default();
        options.allow_wider = asked.allow_wider;
        options.health_check = asked.health_check;
        options.drain = asked.drain;
        options.canary = asked.canary.map(canary).transpose()?;
        let report = self.host().swap_actor(actor, options).await;
        let report = report.map_err(|error| {
            let help = error.remedy().as_ref().and_then(remedy::worded);
            let failed = Error::failure(format!("`{}` was not swapped", running.name));
            let failed = failed.because(error);
            match help {
                Some(help) => failed.help(help),
                None => failed,
            }
        })?;
        let kept = self.keep(running.id, report.generation, bytes).await;
        value(&Swapped {
            name,
            key: running.id.to_string(),
            generation: report.generation,
            old_revision: report.old_revision,
            new_revision: report.new_revision,
            old: calls(report.old),
            new: calls(report.new),
            dropped: report.dropped(),
            canary: report.canary.map(calls),
            wider: report.wider.iter().map(ToString::to_string).collect(),
            ended_bindings: report
                .ended_bindings
                .iter()
                .map(|key| key.provider.to_string())
                .collect(),
            not_kept: kept.err().map(|error| error.in_one_line()),
        })
    }

    pub(super) fn withdraw(&self, actor: &str) -> Result<Value, Error> {
        let ActorInfo { id, name, .. } = self.named(actor)?;
        let withdrawn = self.host().withdraw_canary(id);
        withdrawn
            .map_err(|_| Error::failure(format!("no new version of `{name}` proves itself")))?;
        Ok(Value::Null)
    }

    pub(super) async fn swap_provider(&self, asked: SwapProvider) -> Result<Value, Error> {
        value(&providers::swap(&self.deployment, asked).await?)
    }

    pub(super) async fn apply(&self, asked: Apply) -> Result<Value, Error> {
        value(&self.deployment.apply(asked).await?)
    }

    /// Keeps the new module of `actor` for the next run of the host.
    async fn keep(
        &self,
        actor: ActorId,
        generation: u64,
        module: impl Into<Vec<u8>> + Send + 'static,
    ) -> Result<(), Error> {
        let versions = Arc::clone(self.deployment.versions());
        let kept = blocking(move || versions.swapped(actor, generation, module.into())).await;
        if let Err(error) = &kept {
            let error = error.in_one_line();
            tracing::warn!(%actor, error, "the next run of this host will not continue a swap");
        }
        kept
    }

    pub(super) async fn stop_actor(&self, actor: &str) -> Result<Value, Error> {
        let _turn = self.deployment.part().await;
        let ActorInfo { id, name, .. } = self.named(actor)?;
        let stopped = self.host().stop_actor(id).await;
        let stopped_calls = stopped
            .map_err(|error| Error::failure(format!("`{name}` was not stopped")).because(error))?;
        value(&Stopped {
            key: id.to_string(),
            name,
            stopped_calls,
        })
    }

    pub(super) fn stop_host(&self) {
        self.stop.notify_one();
    }

    /// Returns the actor whose key or alias is `text`, or else the only one whose claims have this
    /// name. The operator chose the aliases, and anybody who signs a module the names in claims.
    pub(super) fn named(&self, text: &str) -> Result<ActorInfo, Error> {
        let actors = self.host().inventory().actors;
        let id = text.parse().ok();
        let id: Option<ActorId> = id.or_else(|| self.host().aliases().get(text).copied());
        let chosen = actors
            .iter()
            .filter(|actor| id.map_or(actor.name == text, |id| actor.id == id));
        match chosen.collect::<Vec<_>>().as_slice() {
            [actor] => Ok((*actor).clone()),
            [] => Err(unknown(text, &actors)),
            several => Err(ambiguous(text, several)),
        }
    }
}

pub(super) fn value(answer: &impl Serialize) -> Result<Value, Error> {
    let failed = |error| Error::failure("cannot write the answer").because(error);
    serde_json::to_value(answer).map_err(failed)
}

fn actor(
    info: &ActorInfo,
    aliases: Vec<String>,
    bindings: &[BindingInfo],
    manifest_revision: Option<i32>,
) -> ActorEntry {
    let own = bindings
        .iter()
        .filter(|binding| binding.key.actor == info.id);
    ActorEntry {
        name: info.name.clone(),
        aliases,
        key: info.id.to_string(),
        issuer: info.claims.issuer.to_string(),
        version: info.claims.metadata.ver.clone(),
        revision: info.claims.metadata.rev.unwrap_or(0),
        manifest_revision,
        generation: info.generation,
        canary: info.canary.map(|canary| CanaryEntry {
            generation: canary.generation,
            share: canary.share.to_string(),
            calls: calls(canary.calls),
        }),
        instances: Instances {
            limit: info.pool.instances,
            idle: info.pool.idle,
            busy: info.pool.busy,
        },
        waiting: info.pool.waiting,
        limits: Some(limits(&info.options)),
        calls: calls(info.calls),
        bindings: own.map(binding).collect(),
    }
}

/// Returns all limits but `instances`, each by its key and its unit.
fn limits(options: &ActorOptions) -> BTreeMap<String, Option<u64>> {
    let told = Limit::ALL
        .iter()
        .filter(|limit| **limit != Limit::Instances);
    told.map(|limit| {
        let unit = match limit.unit() {
            Unit::Bytes => "_bytes",
            Unit::Time => "_us",
            Unit::Count => "",
        };
        (format!("{}{unit}", limit.key()), options.limit(*limit))
    })
    .collect()
}

fn binding(info: &BindingInfo) -> BindingEntry {
    BindingEntry {
        contract: info.key.provider.contract.to_string(),
        name: info.key.provider.name.to_string(),
        endpoints: info.endpoints.clone(),
    }
}

pub(super) fn calls(counts: CallCounts) -> Calls {
    Calls {
        served: counts.served,
        failed: counts.failed,
        dropped: counts.dropped,
        abandoned: counts.abandoned,
    }
}

fn canary(asked: message::Canary) -> Result<Canary, Error> {
    let share = |points| {
        let share = Proportion::from_basis_points(points);
        share.ok_or_else(|| Error::failure("a share is more than 100%"))
    };
    let canary = Canary::new(share(asked.share)?, asked.time);
    Ok(canary.with_max_errors(share(asked.max_errors)?))
}

fn another_actor(new: ActorId, running: &ActorInfo) -> Error {
    Error::failure(format!(
        "the new module is another actor: its key is {new}, and that of `{}` is {}",
        running.name, running.id
    ))
    .help("sign it with the `--subject` of the running actor")
}

fn unknown(text: &str, actors: &[ActorInfo]) -> Error {
    let names: Vec<&str> = actors.iter().map(|actor| actor.name.as_str()).collect();
    let error = Error::failure(format!("no actor `{text}` is running"));
    match nearest(text, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => error.help("no actor is running"),
        None => error.help(format!("the running actors are {}", names.join(", "))),
    }
}

fn ambiguous(text: &str, several: &[&ActorInfo]) -> Error {
    let keys: Vec<String> = several.iter().map(|actor| actor.id.to_string()).collect();
    Error::failure(format!("{} actors are named `{text}`", several.len()))
        .help(format!("use one of their keys: {}", keys.join(", ")))
}
