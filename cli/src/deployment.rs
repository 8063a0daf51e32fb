//! The part of a host that its manifest describes, and how it changes while the host runs.
//!
//! A changed manifest is read as a whole, compared with what runs, and made ready: new providers are
//! opened, and new versions of actors compiled and started. Only then the first change takes effect.
//! A change that fails after that is undone with those before it, as long as no version of an actor
//! or a provider has been replaced.

mod apply;
mod change;
mod difference;
mod steps;

pub(crate) use apply::Apply;
pub(crate) use change::{Action, Applied, ChangeEntry, Kind, shown};

use crate::blocking::blocking;
use crate::error::Error;
use crate::factory::Opener;
use crate::plan::{Plan, PlannedProvider};
use crate::replan::Replan;
use crate::start;
use crate::swaps::Versions;
use capwire::metrics::{Expectation, Expected};
use capwire::provider::Config;
use capwire::{BindingKey, Host, ProviderId};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The part of a host that its manifest describes.
pub(crate) struct Deployment {
    host: Host,
    replan: Arc<Replan>,
    versions: Arc<Versions>,
    /// The actors and bindings that must be up for the host to be ready.
    expectation: Expectation,
    deployed: Mutex<Deployed>,
    /// Held to write by whoever changes the whole, and to read by whoever changes one part.
    turn: RwLock<()>,
}

/// The parts that run, as far as the host does not tell them.
pub(crate) struct Deployed {
    pub(crate) manifest: PathBuf,
    pub(crate) providers: BTreeMap<ProviderId, PlannedProvider>,
    pub(crate) bindings: BTreeMap<BindingKey, Config>,
}

/// A provider as the manifest describes it now.
pub(crate) struct Replacement {
    pub(crate) provider: PlannedProvider,
    pub(crate) bindings: HashMap<BindingKey, Config>,
}

impl Deployment {
    /// Returns the deployment of `host`, which will [start](Self::start) `plan`. `replan` reads its
    /// manifest again.
    pub(crate) fn new(host: &Host, plan: &Plan, replan: Replan) -> Self {
        let deployed = Deployed {
            manifest: replan.manifest.clone(),
            providers: BTreeMap::new(),
            bindings: BTreeMap::new(),
        };
        Self {
            host: host.clone(),
            versions: Arc::new(Versions::of(plan, replan.swaps.clone())),
            replan: Arc::new(replan),
            expectation: expected(plan).into(),
            deployed: Mutex::new(deployed),
            turn: RwLock::default(),
        }
    }

    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    /// The means to read the manifest again.
    pub(crate) fn replan(&self) -> &Arc<Replan> {
        &self.replan
    }

    /// The modules of the actors.
    pub(crate) fn versions(&self) -> &Arc<Versions> {
        &self.versions
    }

    /// The actors and bindings that must be up for the host to be ready.
    pub(crate) fn expectation(&self) -> &Expectation {
        &self.expectation
    }

    /// Waits for the turn to change the whole.
    pub(crate) async fn whole(&self) -> RwLockWriteGuard<'_, ()> {
        self.turn.write().await
    }

    /// Waits for the turn to change one part.
    pub(crate) async fn part(&self) -> RwLockReadGuard<'_, ()> {
        self.turn.read().await
    }

    /// Starts `plan`, in the turn `_whole`; returns the URLs at which it listens. If this fails, the
    /// caller must stop the host. With `keep_going`, parts that cannot start are left out, with an error
    /// in the log, unless no actor can.
    ///
    /// # Errors
    /// The errors of all parts that cannot start.
    pub(crate) async fn start(
        &self,
        plan: Plan,
        keep_going: bool,
        _whole: &RwLockWriteGuard<'_, ()>,
    ) -> Result<Vec<String>, Error> {
        {
            let mut deployed = self.deployed();
            deployed.providers = plan.providers.iter().cloned().collect();
            deployed.bindings = configs(&plan).collect();
        }
        let is_empty = plan.actors.is_empty();
        let started = start::start(&self.host, plan, &self.replan.opening).await;
        let Some(error) = Error::all(started.faults) else {
            return Ok(started.endpoints);
        };
        let left = is_empty || !self.host.inventory().actors.is_empty();
        if !keep_going || !left {
            return Err(error);
        }
        for fault in error.hiding(&self.replan.secrets).summaries() {
            tracing::error!("not started: {fault}");
        }
        Ok(started.endpoints)
    }

    /// Returns the provider `id` as the manifest describes it now, and reads files for that.
    ///
    /// # Errors
    /// All faults of the manifest, or it does not name the provider any more.
    pub(crate) async fn replacement(
        &self,
        id: &ProviderId,
    ) -> Result<(Opener, Replacement), Error> {
        let (replan, manifest) = (Arc::clone(&self.replan), self.deployed().manifest.clone());
        let wanted = id.clone();
        let found = blocking(move || replan.provider(&manifest, &wanted)).await?;
        let (provider, name) = (found.provider.clone(), id.name.clone());
        let opener = Opener::new(provider, name, self.replan.opening.clone());
        Ok((opener, found))
    }

    /// Notes that `id` was replaced.
    pub(crate) fn replaced(&self, id: &ProviderId, by: Replacement) {
        let mut deployed = self.deployed();
        deployed.providers.insert(id.clone(), by.provider);
        for (key, config) in by.bindings {
            deployed
                .bindings
                .entry(key)
                .and_modify(|known| *known = config);
        }
    }

    /// Returns the running provider `id`.
    pub(crate) fn provider(&self, id: &ProviderId) -> Option<PlannedProvider> {
        self.deployed().providers.get(id).cloned()
    }

    /// Notes that `key` was bound to `provider` with `config`.
    pub(crate) fn bound(&self, key: BindingKey, config: Config, provider: PlannedProvider) {
        let mut deployed = self.deployed();
        let id = key.provider.clone();
        deployed.providers.entry(id).or_insert(provider);
        deployed.bindings.insert(key, config);
    }

    /// Notes that `key` was unbound.
    pub(crate) fn unbound(&self, key: &BindingKey) {
        self.deployed().bindings.remove(key);
    }

    fn deployed(&self) -> MutexGuard<'_, Deployed> {
        // It is whole after each step.
        self.deployed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the actors and bindings that must be up for a host of `plan` to be ready.
fn expected(plan: &Plan) -> Expected {
    let mut expected = Expected::default();
    let actors = plan.actors.iter();
    expected.actors = actors
        .map(|actor| (actor.id(), actor.actor.name()))
        .collect();
    let bindings = plan.bindings.iter();
    expected.bindings = bindings.map(|binding| binding.key.clone()).collect();
    expected
}

fn configs(plan: &Plan) -> impl Iterator<Item = (BindingKey, Config)> + '_ {
    let bindings = plan.bindings.iter();
    bindings.map(|binding| (binding.key.clone(), binding.config.clone()))
}
