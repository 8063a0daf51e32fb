//! Events of a host, as they happen.

use super::rate::DenialRates;
use super::swap::{ProviderSwapReport, SwapReport};
use crate::clock::Clock;
use crate::error::Denial;
use crate::id::{ActorId, BindingKey, Origin, ProviderId};
use crate::options::Proportion;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;

/// An event of a host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// An actor accepts calls.
    ActorStarted {
        /// The actor.
        actor: ActorId,
        /// The name of the actor for people.
        name: Arc<str>,
    },
    /// An actor was stopped.
    ActorStopped {
        /// The actor.
        actor: ActorId,
        /// The number of its calls that were dropped because they exceeded the drain time.
        stopped_calls: usize,
    },
    /// The claims of a running actor expired; it is about to be stopped.
    ActorExpired {
        /// The actor.
        actor: ActorId,
    },
    /// The claims of a running actor are no longer trusted, because they or a key above them were
    /// revoked. The actor is about to be stopped.
    ActorRevoked {
        /// The actor.
        actor: ActorId,
        /// The reason.
        reason: Arc<str>,
    },
    /// The operator's policy no longer allows a running actor to run; it is about to be stopped.
    ActorBarred {
        /// The actor.
        actor: ActorId,
    },
    /// A newer version of an actor is about to be compiled and started.
    ActorSwapping {
        /// The actor.
        actor: ActorId,
        /// The number of the new version.
        generation: u64,
    },
    /// A newer version of an actor gets a share of its calls. It takes over after that time, or is
    /// refused.
    ActorCanary {
        /// The actor.
        actor: ActorId,
        /// The number of the new version.
        generation: u64,
        /// The part of the new calls that enter it.
        share: Proportion,
        /// The time until it takes over.
        time: Duration,
    },
    /// A newer version of an actor has taken over, and the old version is gone.
    ActorSwapped {
        /// The actor.
        actor: ActorId,
        /// The name of the new version for people.
        name: Arc<str>,
        /// The report of the swap.
        report: Arc<SwapReport>,
    },
    /// An actor was not swapped. Its old version keeps running.
    ActorSwapRefused {
        /// The actor.
        actor: ActorId,
        /// The reason.
        reason: Arc<str>,
    },
    /// A provider was added.
    ProviderAdded {
        /// The provider.
        provider: ProviderId,
    },
    /// A provider was removed.
    ProviderRemoved {
        /// The provider.
        provider: ProviderId,
    },
    /// Another version of a provider has taken over, and the old version is gone.
    ProviderSwapped {
        /// The provider.
        provider: ProviderId,
        /// The report of the swap.
        report: Arc<ProviderSwapReport>,
    },
    /// A provider was not swapped.
    ProviderSwapRefused {
        /// The provider.
        provider: ProviderId,
        /// The reason, and what became of the old version.
        reason: Arc<str>,
    },
    /// A provider is broken, or could not be opened again. Calls get an error until it is opened.
    ProviderBroken {
        /// The provider.
        provider: ProviderId,
        /// The reason.
        reason: Arc<str>,
        /// The time until the next attempt to open it.
        retry_after: Duration,
    },
    /// A broken provider was opened again, with all of its bindings.
    ProviderRestarted {
        /// The provider.
        provider: ProviderId,
        /// The number of its restarts until now.
        restarts: u64,
    },
    /// An actor was bound.
    Bound {
        /// The binding.
        binding: BindingKey,
        /// The URLs at which it listens.
        endpoints: Vec<String>,
    },
    /// A binding has other values.
    Rebound {
        /// The binding.
        binding: BindingKey,
        /// The URLs at which it listens now.
        endpoints: Vec<String>,
    },
    /// A binding ended.
    Unbound {
        /// The binding.
        binding: BindingKey,
        /// The error of the provider, if it could not close a resource.
        fault: Option<Arc<str>>,
    },
    /// A call or a binding was not allowed.
    Denied(Arc<Denial>),
    /// An instance was replaced after a fault.
    InstanceRetired {
        /// The actor.
        actor: ActorId,
        /// The actor's name and the reason.
        reason: Arc<str>,
    },
    /// The listener was too slow and missed this many events.
    Missed(u64),
}

/// A listener to the events of a host. It receives the events that follow its creation.
#[derive(Debug)]
pub struct Events(broadcast::Receiver<Event>);

impl Events {
    /// Returns the next event, or `None` when the host is gone.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(count)) => Some(Event::Missed(count)),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

/// The source of events.
#[derive(Debug)]
pub(crate) struct Announcer {
    listeners: broadcast::Sender<Event>,
    clock: Arc<dyn Clock>,
    denials: DenialRates,
}

impl Announcer {
    pub(crate) fn new(capacity: usize, clock: Arc<dyn Clock>) -> Self {
        Self {
            listeners: broadcast::Sender::new(capacity),
            denials: DenialRates::default(),
            clock,
        }
    }

    pub(crate) fn listen(&self) -> Events {
        Events(self.listeners.subscribe())
    }

    /// Logs an event and sends it to all listeners.
    pub(crate) fn announce(&self, event: Event) {
        match &event {
            Event::Denied(denial) => self.log_denial(denial),
            other => log(other),
        }
        self.send(event);
    }

    /// Sends an event, which is logged elsewhere, to all listeners.
    pub(crate) fn send(&self, event: Event) {
        // An error means that there is no listener.
        let _ = self.listeners.send(event);
    }

    /// Logs denials at a rate that is bounded for each actor, because one can cause any number of them.
    fn log_denial(&self, denial: &Denial) {
        let actor = match denial.origin {
            Origin::Actor(actor) => Some(actor),
            Origin::Host | Origin::Provider(_) => None,
        };
        if let Some(dropped) = self.denials.admit(actor, self.clock.monotonic()) {
            let source = actor.map(tracing::field::display);
            tracing::warn!(%denial, not_logged_before = dropped, log_source = source, "denied");
        }
    }
}

fn log(event: &Event) {
    match event {
        Event::Bound { binding, endpoints } => {
            let endpoints = (!endpoints.is_empty()).then(|| endpoints.join(" "));
            tracing::info!(%binding, endpoints, "bound");
        }
        Event::Rebound { binding, endpoints } => {
            let endpoints = (!endpoints.is_empty()).then(|| endpoints.join(" "));
            tracing::info!(%binding, endpoints, "bound with other values");
        }
        Event::Unbound { binding, fault } => {
            tracing::info!(%binding, fault = fault.as_deref(), "unbound");
        }
        // The reason names the actor. A log may need its key, to limit what it writes for one actor.
        Event::InstanceRetired { actor, reason } => {
            tracing::warn!(target: "capwire::fault", log_source = %actor, "{reason}");
        }
        Event::Denied(_) | Event::Missed(_) => {}
        other => {
            log_actor(other);
            log_provider(other);
        }
    }
}

fn log_actor(event: &Event) {
    match event {
        Event::ActorStarted { actor, name } => tracing::info!(%actor, %name, "actor started"),
        Event::ActorStopped { actor, .. } => tracing::info!(%actor, "actor stopped"),
        Event::ActorExpired { actor } => tracing::warn!(%actor, "the actor's claims have expired"),
        Event::ActorRevoked { actor, reason } => {
            tracing::warn!(%actor, %reason, "the actor's claims are no longer trusted");
        }
        Event::ActorBarred { actor } => {
            tracing::warn!(%actor, "the policy no longer allows the actor to run");
        }
        Event::ActorSwapping { actor, generation } => {
            tracing::info!(%actor, generation, "swapping the actor");
        }
        Event::ActorCanary {
            actor,
            generation,
            share,
            time,
        } => {
            tracing::info!(%actor, generation, %share, ?time, "a new version gets some of the calls");
        }
        Event::ActorSwapped { actor, report, .. } => log_swap(*actor, report),
        Event::ActorSwapRefused { actor, reason } => {
            tracing::warn!(%actor, %reason, "the actor was not swapped");
        }
        _ => {}
    }
}

fn log_provider(event: &Event) {
    match event {
        Event::ProviderAdded { provider } => tracing::info!(%provider, "provider added"),
        Event::ProviderRemoved { provider } => tracing::info!(%provider, "provider removed"),
        Event::ProviderSwapped { provider, report } => log_provider_swap(provider, report),
        Event::ProviderSwapRefused { provider, reason } => {
            tracing::warn!(%provider, %reason, "the provider was not swapped");
        }
        Event::ProviderBroken {
            provider,
            reason,
            retry_after,
        } => tracing::error!(%provider, %reason, ?retry_after, "the provider is broken"),
        Event::ProviderRestarted { provider, restarts } => {
            tracing::warn!(%provider, restarts, "the provider was opened again");
        }
        _ => {}
    }
}

fn log_swap(actor: ActorId, report: &SwapReport) {
    tracing::info!(
        %actor,
        generation = report.generation,
        revision = report.new_revision,
        served_by_old = report.old.served,
        served_by_new = report.new.served,
        dropped = report.dropped(),
        "actor swapped"
    );
}

fn log_provider_swap(provider: &ProviderId, report: &ProviderSwapReport) {
    tracing::info!(
        %provider,
        generation = report.generation,
        served_by_old = report.old.served,
        served_by_new = report.new.served,
        queued = report.queued,
        refused = report.refused,
        dropped = report.dropped(),
        "provider swapped"
    );
}
