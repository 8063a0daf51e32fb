//! The readiness of a host.

use capwire_host::{
    ActorHealth, ActorId, ActorInfo, BindingKey, ContractId, Host, Inventory, ProviderState,
};
use futures_util::future::join_all;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// The time in which an actor must answer that it is healthy.
const PATIENCE: Duration = Duration::from_secs(1);

/// The time for which answers of actors count, so that clients cannot cause any number of calls.
const FRESH: Duration = Duration::from_secs(1);

/// The actors and bindings that must be up for a host to be ready.
///
/// ```
/// use capwire_metrics::Expected;
///
/// let expected = Expected::default();
/// assert!(expected.actors.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Expected {
    /// The actors, and their names for people.
    pub actors: Vec<(ActorId, String)>,
    /// The bindings. A binding whose contract a later version of the actor does not claim is not
    /// expected any more.
    pub bindings: Vec<BindingKey>,
}

/// The means to change what an endpoint expects while the host runs. Clones share it.
///
/// ```
/// use capwire_metrics::{Expectation, Expected};
///
/// let expectation = Expectation::default();
/// expectation.set(Expected::default());
/// assert!(expectation.get().bindings.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Expectation(Arc<RwLock<Expected>>);

impl Expectation {
    /// Replaces the expected actors and bindings.
    pub fn set(&self, expected: Expected) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = expected;
    }

    /// Returns the expected actors and bindings.
    #[must_use]
    pub fn get(&self) -> Expected {
        let expected = self.0.read().unwrap_or_else(PoisonError::into_inner);
        expected.clone()
    }
}

impl From<Expected> for Expectation {
    fn from(expected: Expected) -> Self {
        Self(Arc::new(RwLock::new(expected)))
    }
}

/// The readiness of a host.
pub(crate) struct Readiness {
    expectation: Expectation,
    sick: Mutex<Option<Checked>>,
}

/// The faults that actors had at some time.
struct Checked {
    at: Instant,
    faults: Vec<String>,
}

impl Readiness {
    pub(crate) fn new(expectation: Expectation) -> Self {
        Self {
            expectation,
            sick: Mutex::default(),
        }
    }

    /// Returns what keeps `host` from being ready, a line for each.
    pub(crate) async fn faults(&self, host: &Host) -> Vec<String> {
        let (inventory, expected) = (host.inventory(), self.expectation.get());
        let mut faults = expected.missing_actors(&inventory);
        faults.extend(expected.missing_bindings(&inventory));
        faults.extend(broken(&inventory));
        if faults.is_empty() {
            faults = self.sick(host, &inventory, &expected).await;
        }
        faults
    }

    /// Asks the expected actors, unless this was done a moment ago.
    async fn sick(&self, host: &Host, inventory: &Inventory, expected: &Expected) -> Vec<String> {
        let mut checked = self.sick.lock().await;
        if let Some(checked) = &*checked
            && checked.at.elapsed() < FRESH
        {
            return checked.faults.clone();
        }
        let expected = expected.actors.iter();
        let running = expected.filter_map(|(id, _)| actor(inventory, *id));
        let asked = running.map(|actor| async move {
            match host.health(actor.id, PATIENCE).await {
                ActorHealth::Sick(_) => Some(format!("the actor {} is sick", shown(&actor.name))),
                _ => None,
            }
        });
        let faults: Vec<String> = join_all(asked).await.into_iter().flatten().collect();
        *checked = Some(Checked {
            at: Instant::now(),
            faults: faults.clone(),
        });
        faults
    }
}

impl Expected {
    fn missing_actors(&self, inventory: &Inventory) -> Vec<String> {
        let actors = self.actors.iter();
        let missing = actors.filter(|(id, _)| actor(inventory, *id).is_none());
        missing
            .map(|(_, name)| format!("the actor {} is not running", shown(name)))
            .collect()
    }

    fn missing_bindings(&self, inventory: &Inventory) -> Vec<String> {
        let bindings = self.bindings.iter();
        let missing = bindings.filter_map(|key| {
            let actor = actor(inventory, key.actor)?;
            let there = inventory.bindings.iter().any(|info| info.key == *key);
            let (name, provider) = (shown(&actor.name), &key.provider);
            (!there && claims(actor, &provider.contract))
                .then(|| format!("the actor {name} is not bound to {provider}"))
        });
        missing.collect()
    }
}

/// The reasons are in the log and in `capwire ps`, but not for everyone who can connect.
fn broken(inventory: &Inventory) -> impl Iterator<Item = String> {
    let providers = inventory.providers.iter();
    let broken =
        providers.filter(|provider| matches!(provider.state, ProviderState::Broken { .. }));
    broken.map(|provider| format!("the provider {} is broken", provider.id))
}

fn actor(inventory: &Inventory, id: ActorId) -> Option<&ActorInfo> {
    inventory.actors.iter().find(|actor| actor.id == id)
}

fn claims(actor: &ActorInfo, contract: &ContractId) -> bool {
    let caps = actor.claims.metadata.caps.iter();
    caps.filter_map(|cap| ContractId::new(cap).ok())
        .any(|claimed| claimed == *contract)
}

/// Returns a name as one printable text.
fn shown(name: &str) -> String {
    const LONGEST: usize = 64;
    format!("`{}`", capwire_text::line(name, LONGEST))
}
