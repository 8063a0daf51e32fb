//! The metrics page in Prometheus' text format 0.0.4.

use crate::family::{Calls, Family};
use crate::labels::{Labels, OTHER};
use capwire_host::{
    ActorMetrics, BindingMetrics, CallMetrics, Metrics, OperationMetrics, ProviderMetrics,
};
use prometheus::TextEncoder;
use prometheus::proto::{MetricFamily, MetricType};

/// Returns the metrics in Prometheus' [text
/// format](https://prometheus.io/docs/instrumenting/exposition_formats/), version 0.0.4.
#[must_use]
pub fn text(metrics: &Metrics) -> String {
    let mut families = instances(&metrics.actors);
    families.extend(providers(&metrics.providers));
    families.extend(calls_of_actors(metrics).finish());
    families.extend(calls_by_bindings(metrics).finish());
    // Families without samples, of which the encoder complains, are left out before.
    TextEncoder::new()
        .encode_to_string(&families)
        .unwrap_or_default()
}

fn instances(actors: &[ActorMetrics]) -> Vec<MetricFamily> {
    let family = |name, help, is| Family::new(name, help, is);
    let mut instances = family(
        "capwire_instances",
        "Instances of actors",
        MetricType::GAUGE,
    );
    let mut started = family(
        "capwire_instances_started_total",
        "Instances of the running version ever started",
        MetricType::COUNTER,
    );
    let mut waiting = family(
        "capwire_calls_waiting",
        "Calls that wait for an instance",
        MetricType::GAUGE,
    );
    for actor in actors {
        let (labels, pool) = (Labels::of_actor(actor.id, &actor.name), actor.pool);
        for (state, count) in [("idle", pool.idle), ("busy", pool.busy)] {
            instances.gauge(labels.clone().with("state", state), count as u64);
        }
        started.count(labels.clone(), pool.started);
        waiting.gauge(labels, pool.waiting as u64);
    }
    let all = [instances, started, waiting];
    all.into_iter().filter_map(Family::finish).collect()
}

fn providers(providers: &[ProviderMetrics]) -> Vec<MetricFamily> {
    let family = |name, help, is| Family::new(name, help, is);
    let mut up = family(
        "capwire_provider_up",
        "0 while the provider is broken",
        MetricType::GAUGE,
    );
    let mut restarts = family(
        "capwire_provider_restarts_total",
        "Times that the provider was opened again after a failure",
        MetricType::COUNTER,
    );
    let mut swaps = family(
        "capwire_provider_swaps_total",
        "Times that the provider was replaced",
        MetricType::COUNTER,
    );
    let mut waiting = family(
        "capwire_provider_calls_waiting",
        "Calls that wait while the provider is replaced",
        MetricType::GAUGE,
    );
    for provider in providers {
        let labels = Labels::of_provider(&provider.id);
        up.gauge(labels.clone(), provider.is_up.into());
        restarts.count(labels.clone(), provider.restarts);
        swaps.count(labels.clone(), provider.swaps);
        waiting.gauge(labels, provider.waiting as u64);
    }
    let all = [up, restarts, swaps, waiting];
    all.into_iter().filter_map(Family::finish).collect()
}

fn calls_of_actors(metrics: &Metrics) -> Calls {
    let mut calls = Calls::new("capwire_", "actors");
    for actor in &metrics.actors {
        let labels = Labels::of_actor(actor.id, &actor.name);
        add_operations(&mut calls, &labels, &actor.operations);
    }
    add_unknown(
        &mut calls,
        Labels::of_other_actors(),
        &metrics.unknown_actors,
    );
    calls
}

fn calls_by_bindings(metrics: &Metrics) -> Calls {
    let mut calls = Calls::new("capwire_capability_", "providers by actors");
    for binding in &metrics.bindings {
        add_operations(&mut calls, &of_binding(binding), &binding.operations);
    }
    let unbound = |labels: Labels| labels.with("contract", OTHER).with("binding", OTHER);
    for actor in &metrics.actors {
        let labels = Labels::of_actor(actor.id, &actor.name);
        add_unknown(&mut calls, unbound(labels), &actor.unbound);
    }
    let others = unbound(Labels::of_other_actors());
    add_unknown(&mut calls, others, &metrics.unknown_bindings);
    calls
}

fn of_binding(binding: &BindingMetrics) -> Labels {
    Labels::of_actor(binding.key.actor, &binding.actor).with_provider(&binding.key.provider)
}

fn add_operations(calls: &mut Calls, labels: &Labels, operations: &[OperationMetrics]) {
    for one in operations {
        calls.add(&labels.clone().with("operation", one.name()), &one.calls);
    }
}

fn add_unknown(calls: &mut Calls, labels: Labels, unknown: &CallMetrics) {
    if !unknown.is_empty() {
        calls.add(&labels.with("operation", OTHER), unknown);
    }
}
