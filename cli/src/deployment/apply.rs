//! Applies a manifest to a running host.

use super::change::Applied;
use super::difference::{Difference, ProviderSwap, Running};
use super::steps::Steps;
use super::{Deployed, Deployment, configs, expected};
use crate::blocking::blocking;
use crate::error::Error;
use crate::factory::Opener;
use crate::place::Place;
use crate::plan::{Plan, PlannedActor, PlannedProvider};
use crate::remedy;
use crate::swaps::PlannedVersions;
use capwire::{BindingKey, PreparedSwap, ProviderId, SwapOptions};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The options with which a manifest is applied.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Apply {
    /// The manifest. `None` means the one that was applied last.
    pub(crate) manifest: Option<PathBuf>,
    pub(crate) dry_run: bool,
    pub(crate) allow_wider: bool,
    pub(crate) allow_older: bool,
    pub(crate) health_check: bool,
    /// `None` means the host's default.
    pub(crate) drain: Option<Duration>,
}

/// Everything that could fail before the first change, done.
struct Ready {
    providers: Vec<(ProviderId, PlannedProvider, Opener)>,
    swap_providers: Vec<(ProviderSwap, Opener)>,
    swap_actors: Vec<PreparedSwap>,
}

impl Apply {
    fn swap_options(&self) -> SwapOptions {
        SwapOptions::default()
            .with_allow_wider(self.allow_wider)
            .with_allow_older(self.allow_older)
            .with_health_check(self.health_check)
            .with_drain(self.drain)
    }
}

impl Deployment {
    /// Changes the host to what a manifest says.
    ///
    /// # Errors
    /// All faults of the manifest, or the first change that failed; the error says whether anything
    /// has changed.
    pub(crate) async fn apply(&self, asked: Apply) -> Result<Applied, Error> {
        let _whole = self.whole().await;
        let manifest = asked.manifest.clone();
        let manifest = manifest.unwrap_or_else(|| self.deployed().manifest.clone());
        let (replan, path) = (Arc::clone(&self.replan), manifest.clone());
        let plan = blocking(move || replan.plan(&path)).await?;
        let warnings = plan.unset.iter().chain(&plan.warnings);
        let warnings = warnings.map(Error::summary).collect();
        let target = Target {
            deployed: Deployed {
                manifest,
                providers: plan.providers.iter().cloned().collect(),
                bindings: configs(&plan).collect(),
            },
            expected: expected(&plan),
            versions: PlannedVersions::of(&plan),
        };
        let difference = self.difference(plan);
        self.check(&difference, &asked.swap_options())?;
        let mut applied = Applied {
            dry_run: asked.dry_run,
            changes: difference.entries.clone(),
            unchanged: difference.unchanged,
            endpoints: Vec::new(),
            dropped: 0,
            warnings,
        };
        if !asked.dry_run {
            let bound: BTreeSet<BindingKey> = difference.bound().cloned().collect();
            applied.dropped = self.carry_out(difference, target, &asked).await?;
            applied.endpoints = self.endpoints(&bound);
        }
        Ok(applied)
    }

    fn difference(&self, plan: Plan) -> Difference {
        let (inventory, aliases) = (self.host.inventory(), self.host.aliases());
        let deployed = self.deployed();
        let running = Running {
            inventory: &inventory,
            aliases,
            deployed: &deployed,
            versions: &self.versions,
        };
        Difference::between(&running, plan)
    }

    /// Checks that the new versions of actors may follow the running ones.
    fn check(&self, difference: &Difference, options: &SwapOptions) -> Result<(), Error> {
        let swaps = difference.swap_actors.iter();
        let actors = self.host.inventory().actors;
        let tried = |planned: &PlannedActor| {
            let mut canaries = actors.iter().filter(|info| info.canary.is_some());
            canaries.any(|info| info.id == planned.id())
        };
        let faults = swaps.filter_map(|planned| {
            if tried(planned) {
                return Some(proves_itself(planned));
            }
            let options = options.clone().with_actor(planned.options.clone());
            let checked = self.host.may_swap(&planned.actor, &options);
            checked.err().map(|error| refused(planned, error))
        });
        Error::all(faults.collect()).map_or(Ok(()), Err)
    }

    /// Makes everything ready, and then carries out the changes. Returns the number of calls that
    /// were dropped.
    async fn carry_out(
        &self,
        mut difference: Difference,
        mut target: Target,
        asked: &Apply,
    ) -> Result<u64, Error> {
        let ready = self.make_ready(&mut difference, asked).await?;
        let mut steps = Steps::new(self);
        match change(&mut steps, difference, ready, asked.drain).await {
            Ok(()) => {
                let (dropped, generations) = (steps.dropped, steps.generations);
                *self.deployed() = target.deployed;
                self.expectation.set(target.expected);
                let versions = Arc::clone(&self.versions);
                let noted = blocking(move || versions.planned(target.versions, &generations));
                if let Err(error) = noted.await {
                    let error = error.in_one_line();
                    tracing::warn!(error, "an earlier swap of an actor could not be forgotten");
                }
                Ok(dropped)
            }
            Err(error) if steps.can_be_undone() => Err(undone(error, steps.undo().await)),
            Err(error) => {
                let made = steps.made;
                target.versions.keep_only(&steps.generations);
                let (versions, generations) = (Arc::clone(&self.versions), steps.generations);
                // If an earlier swap is not forgotten, the next run says so.
                let noted = blocking(move || versions.planned(target.versions, &generations));
                drop(noted.await);
                Err(error.help(format!(
                    "{made} changes before this one have been made, and stay: correct the manifest, and apply it again"
                )))
            }
        }
    }

    /// Opens new providers, and compiles and starts new versions of actors.
    async fn make_ready(&self, difference: &mut Difference, asked: &Apply) -> Result<Ready, Error> {
        let opener = |id: &ProviderId, planned: &PlannedProvider| {
            Opener::new(
                planned.clone(),
                id.name.clone(),
                self.replan.opening.clone(),
            )
        };
        let mut providers = Vec::new();
        for (id, planned) in std::mem::take(&mut difference.add) {
            let opened = opener(&id, &planned).opened().await?;
            providers.push((id, planned, opened));
        }
        let mut swap_providers = Vec::new();
        for swap in std::mem::take(&mut difference.swap_providers) {
            let planned = swap.planned.clone();
            blocking(move || planned.load()).await?;
            let opener = opener(&swap.id, &swap.planned);
            swap_providers.push((swap, opener));
        }
        let swaps = std::mem::take(&mut difference.swap_actors).into_iter();
        let swaps = swaps.map(|planned| async move {
            let options = asked.swap_options().with_actor(planned.options.clone());
            let prepared = self.host.prepare_swap(planned.actor.clone(), options).await;
            prepared.map_err(|error| refused(&planned, error))
        });
        Ok(Ready {
            providers,
            swap_providers,
            swap_actors: try_join_all(swaps).await?,
        })
    }

    /// Returns the URLs at which the bindings `keys` listen.
    fn endpoints(&self, keys: &BTreeSet<BindingKey>) -> Vec<String> {
        let bindings = self.host.inventory().bindings.into_iter();
        let bound = bindings.filter(|info| keys.contains(&info.key));
        bound.flat_map(|info| info.endpoints).collect()
    }
}

/// The state of a deployment when all changes have been made.
struct Target {
    deployed: Deployed,
    expected: capwire::metrics::Expected,
    versions: PlannedVersions,
}

/// Makes the changes: first those that can fail and be undone, and last those that end something.
async fn change(
    steps: &mut Steps<'_>,
    difference: Difference,
    ready: Ready,
    drain: Option<Duration>,
) -> Result<(), Error> {
    for key in difference.unbind {
        steps.unbind(key).await;
    }
    for (id, planned, opener) in ready.providers {
        steps.add(id, planned, opener).await?;
    }
    for planned in difference.start {
        steps.start(planned).await?;
    }
    if let Some(aliases) = difference.aliases {
        steps.set_aliases(aliases)?;
    }
    let (late, early): (Vec<_>, Vec<_>) = difference.bind.into_iter().partition(|new| new.late);
    for new in early {
        steps.bind(new).await?;
    }
    for (swap, opener) in ready.swap_providers {
        steps.swap_provider(swap, opener, drain).await?;
    }
    for swap in ready.swap_actors {
        steps.swap_actor(swap).await?;
    }
    for new in late {
        steps.bind(new).await?;
    }
    for id in difference.stop {
        steps.stop(id).await?;
    }
    for id in difference.remove {
        steps.remove(id).await?;
    }
    Ok(())
}

/// Returns the error that a new version of an actor does not take over.
fn refused(planned: &PlannedActor, error: capwire::Error) -> Error {
    let (place, name): (&Place, _) = (&planned.place, planned.actor.name());
    let help = error.remedy().as_ref().and_then(remedy::worded);
    let refused = place.error(format_args!("the running `{name}` cannot be replaced"));
    let refused = refused.because(error);
    match help {
        Some(help) => refused.help(help),
        None => refused,
    }
}

/// Returns the error that another new version of an actor is a canary.
fn proves_itself(planned: &PlannedActor) -> Error {
    let name = planned.actor.name();
    let problem = format_args!("another new version of `{name}` is proving itself");
    let help = format!(
        "wait for it, or withdraw it with `capwire swap {} --withdraw`",
        capwire_text::word(&name, "ACTOR")
    );
    planned.place.error(problem).help(help)
}

/// Returns the error of a change after which all were undone, but for those that `failed`.
fn undone(error: Error, failed: Vec<Error>) -> Error {
    if failed.is_empty() {
        return error.help("nothing has changed: correct the manifest, and apply it again");
    }
    let mut all = vec![error.help("the changes before it were undone, but for what follows")];
    all.extend(failed);
    // There is one at least.
    Error::all(all).unwrap_or_else(|| Error::failure("the manifest was not applied"))
}

impl Difference {
    /// Returns the bindings that are made or changed.
    fn bound(&self) -> impl Iterator<Item = &BindingKey> {
        let with_provider = self
            .swap_providers
            .iter()
            .flat_map(|swap| swap.values.keys());
        let alone = self.bind.iter().map(|new| &new.planned.key);
        with_provider.chain(alone)
    }
}
