//! The events of a host, as lines of JSON.

use crate::deployment::shown;
use capwire::{ActorId, BindingKey, Event, Host};
use serde_json::{Map, Value, json};
use std::time::SystemTime;

/// Returns `event` as an object: its time, its name, and its details.
pub(super) fn told(event: &Event, host: &Host) -> Value {
    let mut told = Map::new();
    let time = humantime::format_rfc3339_millis(SystemTime::now());
    told.insert("time".to_owned(), json!(time.to_string()));
    let (name, details) = details(event, host);
    told.insert("event".to_owned(), json!(name));
    for (key, value) in details {
        told.insert(key.to_owned(), value);
    }
    Value::Object(told)
}

type Details = Vec<(&'static str, Value)>;

fn details(event: &Event, host: &Host) -> (&'static str, Details) {
    match event {
        Event::Bound { binding, endpoints } => ("bound", of_binding(binding, endpoints, host)),
        Event::Rebound { binding, endpoints } => ("rebound", of_binding(binding, endpoints, host)),
        Event::Unbound { binding, fault } => {
            let fault = fault.iter().map(|fault| ("fault", json!(**fault)));
            ("unbound", with(of_binding(binding, &[], host), fault))
        }
        Event::Denied(denial) => ("denied", because(&denial.to_string()).into()),
        Event::Missed(count) => ("missed", vec![("count", json!(count))]),
        other => of_actor_event(other, host).unwrap_or_else(|| of_provider_event(other)),
    }
}

fn of_actor_event(event: &Event, host: &Host) -> Option<(&'static str, Details)> {
    let (actor, name, details) = match event {
        Event::ActorStarted { actor, .. } => (actor, "actor_started", Vec::new()),
        Event::ActorStopped {
            actor,
            stopped_calls,
        } => {
            let dropped = ("dropped", json!(stopped_calls));
            (actor, "actor_stopped", vec![dropped])
        }
        Event::ActorExpired { actor } => (actor, "actor_expired", Vec::new()),
        Event::ActorRevoked { actor, reason } => (actor, "actor_revoked", because(reason).into()),
        Event::ActorBarred { actor } => (actor, "actor_barred", Vec::new()),
        Event::ActorSwapping { actor, generation } => {
            let generation = ("generation", json!(generation));
            (actor, "actor_swapping", vec![generation])
        }
        Event::ActorCanary {
            actor,
            generation,
            share,
            time,
        } => {
            let canary = vec![
                ("generation", json!(generation)),
                ("share", json!(share.to_string())),
                ("time_ms", json!(time.as_millis())),
            ];
            (actor, "actor_canary", canary)
        }
        Event::ActorSwapped { actor, report, .. } => {
            let report = vec![
                ("generation", json!(report.generation)),
                ("old_revision", json!(report.old_revision)),
                ("new_revision", json!(report.new_revision)),
                ("dropped", json!(report.dropped())),
            ];
            (actor, "actor_swapped", report)
        }
        Event::ActorSwapRefused { actor, reason } => {
            (actor, "actor_swap_refused", because(reason).into())
        }
        Event::InstanceRetired { actor, reason } => {
            (actor, "instance_retired", because(reason).into())
        }
        _ => return None,
    };
    Some((name, with(of_actor(*actor, host), details)))
}

fn of_provider_event(event: &Event) -> (&'static str, Details) {
    let (provider, name, details) = match event {
        Event::ProviderAdded { provider } => (provider, "provider_added", Vec::new()),
        Event::ProviderRemoved { provider } => (provider, "provider_removed", Vec::new()),
        Event::ProviderSwapped { provider, report } => {
            let report = vec![
                ("generation", json!(report.generation)),
                ("bindings", json!(report.bindings)),
                ("dropped", json!(report.dropped())),
            ];
            (provider, "provider_swapped", report)
        }
        Event::ProviderSwapRefused { provider, reason } => {
            (provider, "provider_swap_refused", because(reason).into())
        }
        Event::ProviderBroken {
            provider,
            reason,
            retry_after,
        } => {
            let retry = ("retry_after_ms", json!(retry_after.as_millis()));
            (
                provider,
                "provider_broken",
                with(because(reason).into(), [retry]),
            )
        }
        Event::ProviderRestarted { provider, restarts } => {
            let restarts = ("restarts", json!(restarts));
            (provider, "provider_restarted", vec![restarts])
        }
        // A later version of the host's library has more.
        _ => return ("other", Vec::new()),
    };
    (
        name,
        with(vec![("provider", json!(shown(provider)))], details),
    )
}

fn with(mut details: Details, more: impl IntoIterator<Item = (&'static str, Value)>) -> Details {
    details.extend(more);
    details
}

fn because(reason: &str) -> [(&'static str, Value); 1] {
    [("reason", json!(reason))]
}

fn of_binding(binding: &BindingKey, endpoints: &[String], host: &Host) -> Details {
    let mut details = of_actor(binding.actor, host);
    details.push(("provider", json!(shown(&binding.provider))));
    if !endpoints.is_empty() {
        details.push(("endpoints", json!(endpoints)));
    }
    details
}

/// The name of an actor, as long as it runs, and its key.
fn of_actor(actor: ActorId, host: &Host) -> Details {
    let actors = host.inventory().actors;
    let info = actors.iter().find(|info| info.id == actor);
    let name = info.map(|info| ("actor", json!(info.name)));
    let key = ("key", json!(actor.to_string()));
    name.into_iter().chain([key]).collect()
}
