//! Replaces a provider by another one of its contract while actors use it.
//!
//! Either both are open for a moment, and no call waits; or the old one is closed before the new one
//! opens, and calls wait. The providers say which; see [`HandOver`].

use super::supervise;
use super::versions::{self, Lost, Opening};
use crate::call::Dispatcher;
use crate::error::{Error, Failure, ProviderSwapRefusal, Thing};
use crate::id::{BindingKey, ProviderId};
use crate::options::ProviderSwapOptions;
use crate::report::{CallCounts, Event, ProviderSwapReport};
use crate::state::{Current, Description, Phase, ProviderVersion, RunningProvider, Shared};
use capwire_provider::{Config, HandOver, ProviderFactory};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Replaces the provider `id` by one that `source` opens.
pub(crate) async fn swap(
    dispatcher: Arc<Dispatcher>,
    id: ProviderId,
    source: Arc<dyn ProviderFactory>,
    options: ProviderSwapOptions,
) -> Result<ProviderSwapReport, Error> {
    let host = dispatcher.shared();
    let swapped = Swap::new(&dispatcher, &id, source, options);
    let swapped = match swapped {
        Ok(swap) => swap.carry_out().await,
        Err(error) => Err(error),
    };
    host.announcer.announce(match &swapped {
        Ok(report) => Event::ProviderSwapped {
            provider: id,
            report: Arc::new(report.clone()),
        },
        Err(error) => Event::ProviderSwapRefused {
            provider: id,
            reason: error.report().into(),
        },
    });
    swapped
}

/// A swap. Nothing has changed yet.
struct Swap<'a> {
    dispatcher: &'a Arc<Dispatcher>,
    host: &'a Arc<Shared>,
    provider: Arc<RunningProvider>,
    source: Arc<dyn ProviderFactory>,
    description: Arc<Description>,
    values: HashMap<BindingKey, Config>,
    drain: Duration,
}

/// The calls until the swap began.
struct Before {
    old: CallCounts,
    queued: u64,
    refused: u64,
}

/// The calls and bindings of a swap.
struct Moved {
    old: CallCounts,
    lost: Lost,
    bindings: usize,
}

impl<'a> Swap<'a> {
    fn new(
        dispatcher: &'a Arc<Dispatcher>,
        id: &ProviderId,
        source: Arc<dyn ProviderFactory>,
        options: ProviderSwapOptions,
    ) -> Result<Self, Error> {
        let host = dispatcher.shared();
        let provider = host.tables.read().running_provider(id)?;
        let description = Arc::new(Description::read(&*source)?);
        Ok(Self {
            dispatcher,
            host,
            provider,
            source,
            description,
            values: options.values,
            drain: options.drain.unwrap_or(host.options.drain),
        })
    }

    async fn carry_out(&self) -> Result<ProviderSwapReport, Error> {
        let mut turn = self.provider.turn().await;
        self.check()?;
        let (queued, refused) = self.provider.waits();
        let old = turn.version.clone();
        let counts = old.as_ref().map(|old| old.counts()).unwrap_or_default();
        let before = Before {
            old: counts,
            queued,
            refused,
        };
        let moved = match old {
            Some(old) if self.is_exclusive(&old) => self.one_by_one(&mut turn, old).await?,
            Some(old) => self.overlapping(&mut turn, old).await?,
            None => self.after_failure(&mut turn).await?,
        };
        Ok(self.report(&turn, &before, &moved))
    }

    /// The provider may have been removed, or replaced by another one, since the swap was asked for.
    fn check(&self) -> Result<(), Error> {
        let id = self.provider.id();
        let running = self.host.tables.read().running_provider(id)?;
        if !Arc::ptr_eq(&running, &self.provider) {
            return Err(Error::not_found(Thing::Provider(id.clone())));
        }
        let (old, new) = (self.provider.description(), &self.description);
        if old.contract() != new.contract() {
            let contract = new.contract().clone();
            return Err(self.refused(ProviderSwapRefusal::Contract(contract)));
        }
        let missing = old.not_in(new);
        if !missing.is_empty() {
            return Err(self.refused(ProviderSwapRefusal::Operations(missing)));
        }
        let otherwise = old.declared_otherwise(new);
        if !otherwise.is_empty() {
            return Err(self.refused(ProviderSwapRefusal::Resources(otherwise)));
        }
        Ok(())
    }

    fn is_exclusive(&self, old: &ProviderVersion) -> bool {
        [old.hand_over(), self.description.hand_over()].contains(&HandOver::Exclusive)
    }

    /// Opens the new version beside the old one.
    async fn overlapping(
        &self,
        current: &mut Current,
        old: Arc<ProviderVersion>,
    ) -> Result<Moved, Error> {
        let opening = Opening {
            predecessor: Some(&old),
            ..self.opening(current.number + 1)
        };
        let new = opening.prepare().await;
        let new = new.map_err(|error| self.refused(ProviderSwapRefusal::NotReady(error)))?;
        let taken = new
            .take_over(self.dispatcher, &self.provider, current)
            .await;
        let lost = versions::drain(self.host, &old, self.drain).await;
        let counters = Arc::clone(old.counters());
        versions::retire(self.host, old, taken.replaced).await;
        Ok(Moved {
            old: counters.counts(),
            lost,
            bindings: taken.bindings,
        })
    }

    /// Closes the old version, and then opens the new one, or the old one again.
    async fn one_by_one(
        &self,
        current: &mut Current,
        old: Arc<ProviderVersion>,
    ) -> Result<Moved, Error> {
        current.version = None;
        self.provider.begin(Phase::Changing);
        let routes = versions::park(self.host, &self.provider);
        let lost = versions::drain(self.host, &old, self.drain).await;
        let counters = Arc::clone(old.counters());
        versions::retire(self.host, old, routes).await;
        match self.opening(current.number + 1).prepare().await {
            Ok(new) => {
                let taken = new
                    .take_over(self.dispatcher, &self.provider, current)
                    .await;
                Ok(Moved {
                    old: counters.counts(),
                    lost,
                    bindings: taken.bindings,
                })
            }
            Err(error) => Err(self.take_back(current, error).await),
        }
    }

    /// Opens the old version again. If that fails too, the provider is broken.
    async fn take_back(&self, current: &mut Current, error: Error) -> Error {
        let source = Arc::clone(&current.source);
        let again = Opening {
            source: &source,
            description: &self.provider.description(),
            values: &HashMap::new(),
            ..self.opening(current.number)
        };
        match again.prepare().await {
            Ok(old) => {
                old.take_over(self.dispatcher, &self.provider, current)
                    .await;
                self.refused(ProviderSwapRefusal::TakenBack(error))
            }
            Err(old) => {
                supervise::failed(self.dispatcher, &self.provider, current, &old);
                self.refused(ProviderSwapRefusal::Broken { new: error, old })
            }
        }
    }

    /// Opens the new version in place of a broken one.
    async fn after_failure(&self, current: &mut Current) -> Result<Moved, Error> {
        let new = self.opening(current.number + 1).prepare().await;
        let new = new.map_err(|error| self.refused(ProviderSwapRefusal::StillBroken(error)))?;
        let taken = new
            .take_over(self.dispatcher, &self.provider, current)
            .await;
        Ok(Moved {
            old: CallCounts::default(),
            lost: Lost::default(),
            bindings: taken.bindings,
        })
    }

    fn opening(&self, number: u64) -> Opening<'_> {
        Opening {
            dispatcher: self.dispatcher,
            provider: &self.provider,
            source: &self.source,
            description: &self.description,
            number,
            values: &self.values,
            predecessor: None,
        }
    }

    fn report(&self, current: &Current, before: &Before, moved: &Moved) -> ProviderSwapReport {
        let mut old = moved.old.since(before.old);
        // A request that was cut off has left its call of the actor.
        let cut = moved.lost.requests as u64;
        old.abandoned = old.abandoned.saturating_sub(cut);
        old.dropped += cut + moved.lost.calls as u64;
        let new = current.version.as_ref().map(|new| new.counts());
        let (queued, refused) = self.provider.waits();
        ProviderSwapReport {
            provider: self.provider.id().clone(),
            generation: current.number,
            old,
            new: new.unwrap_or_default(),
            queued: queued - before.queued,
            refused: refused - before.refused,
            bindings: moved.bindings,
        }
    }

    fn refused(&self, source: ProviderSwapRefusal) -> Error {
        Failure::ProviderSwap {
            provider: self.provider.id().clone(),
            source,
        }
        .into()
    }
}
