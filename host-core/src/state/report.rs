//! The inventory and the metrics of a host, read from its tables.

use super::registry::Registry;
use super::{Route, RunningActor, RunningProvider};
use crate::report::{
    ActorInfo, ActorMetrics, BindingInfo, BindingMetrics, Inventory, Metrics, ProviderInfo,
    ProviderMetrics, ProviderState, UnknownTargets,
};

impl Registry {
    /// The actors, providers and bindings.
    pub(crate) fn inventory(&self) -> Inventory {
        let mut bindings: Vec<_> = self.routes().map(|route| binding(route)).collect();
        bindings.sort_by(|one, other| one.key.cmp(&other.key));
        Inventory {
            actors: self.actors().map(|running| actor(running)).collect(),
            providers: self.providers().map(|running| provider(running)).collect(),
            bindings,
        }
    }

    /// The metrics of all calls. `unknown` counted the calls of targets that do not exist.
    pub(crate) fn metrics(&self, unknown: &UnknownTargets) -> Metrics {
        let mut bindings: Vec<_> = self
            .routes()
            .map(|route| self.binding_metrics(route))
            .collect();
        bindings.sort_by(|one, other| one.key.cmp(&other.key));
        Metrics {
            actors: self
                .actors()
                .map(|running| actor_metrics(running))
                .collect(),
            bindings,
            providers: self
                .providers()
                .map(|running| provider_metrics(running))
                .collect(),
            unknown_actors: unknown.actors.read(),
            unknown_bindings: unknown.bindings.read(),
        }
    }

    fn binding_metrics(&self, route: &Route) -> BindingMetrics {
        let actor = self.actor(route.key.actor);
        let name = actor.map(|actor| actor.generation().name().to_owned());
        BindingMetrics {
            key: route.key.clone(),
            actor: name.unwrap_or_default(),
            operations: route.histograms.read(),
        }
    }
}

fn actor(running: &RunningActor) -> ActorInfo {
    let generation = running.generation();
    ActorInfo {
        id: running.id(),
        name: generation.name().to_owned(),
        claims: generation.claims().clone(),
        generation: generation.number(),
        options: generation.options().clone(),
        calls: running.counts(),
        canary: running.canary_info(),
        pool: generation.pool().info(),
    }
}

fn provider(running: &RunningProvider) -> ProviderInfo {
    ProviderInfo {
        id: running.id().clone(),
        descriptor: running.description().descriptor().clone(),
        generation: running.generation(),
        state: running.state(),
        restarts: running.restarts(),
        waiting: running.waiting(),
    }
}

fn binding(route: &Route) -> BindingInfo {
    BindingInfo {
        key: route.key.clone(),
        endpoints: route.endpoints().to_vec(),
    }
}

fn provider_metrics(running: &RunningProvider) -> ProviderMetrics {
    ProviderMetrics {
        id: running.id().clone(),
        is_up: !matches!(running.state(), ProviderState::Broken { .. }),
        restarts: running.restarts(),
        swaps: running.generation().saturating_sub(1),
        waiting: running.waiting(),
    }
}

fn actor_metrics(running: &RunningActor) -> ActorMetrics {
    let generation = running.generation();
    ActorMetrics {
        id: running.id(),
        name: generation.name().to_owned(),
        pool: generation.pool().info(),
        operations: running.histograms().read(),
        unbound: running.unbound().read(),
    }
}
