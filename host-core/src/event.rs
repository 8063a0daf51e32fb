//! What happens in a host, as it happens.

use crate::clock::Clock;
use crate::id::{ActorId, BindingKey, ProviderId};
use crate::policy::Denial;
use crate::rate::Rate;
use crate::swap::SwapReport;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Something happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// An actor takes calls.
    ActorStarted {
        /// Which.
        actor: ActorId,
        /// Its name for people.
        name: Arc<str>,
    },
    /// An actor is gone.
    ActorStopped {
        /// Which.
        actor: ActorId,
        /// How many of its calls were stopped, because they took longer than the drain allows.
        stopped_calls: usize,
    },
    /// The claims of a running actor ended; it is about to be stopped.
    ActorExpired {
        /// Which.
        actor: ActorId,
    },
    /// The claims of a running actor are not believed any more: somebody took them back, or those
    /// who vouch for them. It is about to be stopped.
    ActorRevoked {
        /// Which.
        actor: ActorId,
        /// Why.
        reason: Arc<str>,
    },
    /// The operator's policy does not let a running actor run any more; it is about to be stopped.
    ActorBarred {
        /// Which.
        actor: ActorId,
    },
    /// A newer version of an actor is about to be started, to take over if all goes well.
    ActorSwapping {
        /// Which.
        actor: ActorId,
        /// The number of the new version.
        generation: u64,
    },
    /// A newer version of an actor has taken over, and the one before is gone.
    ActorSwapped {
        /// Which.
        actor: ActorId,
        /// Its name for people, which may be new.
        name: Arc<str>,
        /// What came of it.
        report: Arc<SwapReport>,
    },
    /// An actor was not swapped: whatever ran goes on.
    ActorSwapRefused {
        /// Which.
        actor: ActorId,
        /// Why.
        reason: Arc<str>,
    },
    /// A provider can be bound.
    ProviderAdded {
        /// Which.
        provider: ProviderId,
    },
    /// A provider is gone.
    ProviderRemoved {
        /// Which.
        provider: ProviderId,
    },
    /// A binding works.
    Bound {
        /// Which.
        binding: BindingKey,
        /// Where it listens, as URLs.
        endpoints: Vec<String>,
    },
    /// A binding is gone.
    Unbound {
        /// Which.
        binding: BindingKey,
        /// What the provider could not close, if anything.
        fault: Option<Arc<str>>,
    },
    /// A call or a binding was not allowed.
    Denied(Arc<Denial>),
    /// An instance was replaced after a fault.
    InstanceRetired {
        /// Whose.
        actor: ActorId,
        /// Why.
        reason: Arc<str>,
    },
    /// The listener was too slow, and this many events are lost to it.
    Missed(u64),
}

/// A listener to the events of a host. It sees those that come after it was made.
#[derive(Debug)]
pub struct Events(broadcast::Receiver<Event>);

impl Events {
    /// The next event, or `None` when the host is gone.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(count)) => Some(Event::Missed(count)),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

/// Where events come from.
#[derive(Debug)]
pub(crate) struct Announcer {
    listeners: broadcast::Sender<Event>,
    clock: Arc<dyn Clock>,
    denials: Rate,
}

impl Announcer {
    pub(crate) fn new(capacity: usize, clock: Arc<dyn Clock>) -> Self {
        Self {
            listeners: broadcast::Sender::new(capacity),
            denials: Rate::new(clock.monotonic()),
            clock,
        }
    }

    pub(crate) fn listen(&self) -> Events {
        Events(self.listeners.subscribe())
    }

    /// Tells the log and whoever listens.
    pub(crate) fn announce(&self, event: Event) {
        match &event {
            Event::Denied(denial) => self.log_denial(denial),
            other => log(other),
        }
        // An error says that nobody listens.
        let _ = self.listeners.send(event);
    }

    /// An actor can be denied things as often as it likes.
    fn log_denial(&self, denial: &Denial) {
        if let Some(dropped) = self.denials.admit(self.clock.monotonic()) {
            tracing::warn!(%denial, not_logged_before = dropped, "denied");
        }
    }
}

fn log(event: &Event) {
    match event {
        Event::ActorStarted { actor, name } => tracing::info!(%actor, %name, "actor started"),
        Event::ActorStopped { actor, .. } => tracing::info!(%actor, "actor stopped"),
        Event::ActorExpired { actor } => tracing::warn!(%actor, "the actor's claims have expired"),
        Event::ActorRevoked { actor, reason } => {
            tracing::warn!(%actor, %reason, "the actor's claims are not believed any more");
        }
        Event::ActorBarred { actor } => {
            tracing::warn!(%actor, "the policy does not let the actor run any more");
        }
        Event::ActorSwapping { actor, generation } => {
            tracing::info!(%actor, generation, "swapping the actor");
        }
        Event::ActorSwapped { actor, report, .. } => log_swap(*actor, report),
        Event::ActorSwapRefused { actor, reason } => {
            tracing::warn!(%actor, %reason, "the actor was not swapped");
        }
        Event::ProviderAdded { provider } => tracing::info!(%provider, "provider added"),
        Event::ProviderRemoved { provider } => tracing::info!(%provider, "provider removed"),
        Event::Bound { binding, endpoints } => {
            let endpoints = (!endpoints.is_empty()).then(|| endpoints.join(" "));
            tracing::info!(%binding, endpoints, "bound");
        }
        Event::Unbound { binding, fault } => {
            tracing::info!(%binding, fault = fault.as_deref(), "unbound");
        }
        Event::InstanceRetired { actor, reason } => {
            tracing::warn!(target: "capwire::fault", %actor, %reason, "an instance was replaced");
        }
        Event::Denied(_) | Event::Missed(_) => {}
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
