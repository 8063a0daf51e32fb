//! What runs and how it is tied together: tables, and the rules by which they change.
//!
//! Nothing here waits or locks. Whatever takes time happens between two changes: the first
//! reserves a place, so that nobody else begins the same, the second fills it or gives it up.

use crate::binding::Route;
use crate::error::{Error, Thing};
use crate::generation::RunningActor;
use crate::id::{ActorId, BindingKey, ProviderId};
use crate::invocation::{Caller, Invocation, Target};
use crate::metrics::Meter;
use crate::provider::AddedProvider;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// All actors, providers and bindings of a host.
#[derive(Clone, Default)]
pub(crate) struct Registry {
    closed: bool,
    actors: BTreeMap<ActorId, Place<RunningActor>>,
    providers: BTreeMap<ProviderId, Place<AddedProvider>>,
    bindings: HashMap<BindingKey, Place<Route>>,
}

/// A place in a table.
enum Place<T> {
    /// Something is being made.
    Coming,
    /// It is there.
    Here(Arc<T>),
    /// It is being taken away: it still serves what has begun.
    Going(Arc<T>),
}

impl Registry {
    /// Reserves the place of an actor.
    pub(crate) fn reserve_actor(&mut self, id: ActorId) -> Result<(), Error> {
        self.check_open()?;
        reserve(&mut self.actors, id, Thing::Actor(id))
    }

    /// Fills the place of an actor.
    pub(crate) fn insert_actor(&mut self, actor: Arc<RunningActor>) -> Result<(), Error> {
        self.check_open()?;
        self.actors.insert(actor.id(), Place::Here(actor));
        Ok(())
    }

    /// Begins to take an actor away: it gets no new bindings.
    pub(crate) fn begin_stop(&mut self, id: ActorId) -> Result<Arc<RunningActor>, Error> {
        leave(self.actors.get_mut(&id), Thing::Actor(id))
    }

    /// Gives up the place of an actor.
    pub(crate) fn remove_actor(&mut self, id: ActorId) {
        self.actors.remove(&id);
    }

    /// Adds a provider.
    pub(crate) fn insert_provider(&mut self, provider: Arc<AddedProvider>) -> Result<(), Error> {
        self.check_open()?;
        let id = provider.id().clone();
        reserve(&mut self.providers, id.clone(), Thing::Provider(id.clone()))?;
        self.providers.insert(id, Place::Here(provider));
        Ok(())
    }

    /// Begins to take a provider away: it gets no new bindings.
    pub(crate) fn begin_removal(&mut self, id: &ProviderId) -> Result<Arc<AddedProvider>, Error> {
        leave(self.providers.get_mut(id), Thing::Provider(id.clone()))
    }

    /// Gives up the place of a provider.
    pub(crate) fn remove_provider(&mut self, id: &ProviderId) {
        self.providers.remove(id);
    }

    /// Reserves the place of a binding between an actor and a provider that are there.
    pub(crate) fn reserve_binding(
        &mut self,
        key: &BindingKey,
    ) -> Result<(Arc<RunningActor>, Arc<AddedProvider>), Error> {
        self.check_open()?;
        let ends = self.ends(key)?;
        let thing = Thing::Binding(Box::new(key.clone()));
        match self.bindings.get(key) {
            Some(_) => Err(Error::already_exists(thing)),
            None => {
                self.bindings.insert(key.clone(), Place::Coming);
                Ok(ends)
            }
        }
    }

    /// Fills the place of a binding, if both of its ends are still there.
    pub(crate) fn insert_binding(&mut self, route: Arc<Route>) -> Result<(), Error> {
        self.check_open()?;
        self.ends(&route.key)?;
        self.bindings.insert(route.key.clone(), Place::Here(route));
        Ok(())
    }

    /// Begins to take a binding away: calls no longer find it.
    pub(crate) fn begin_unbind(&mut self, key: &BindingKey) -> Result<Arc<Route>, Error> {
        let thing = Thing::Binding(Box::new(key.clone()));
        leave(self.bindings.get_mut(key), thing)
    }

    /// Gives up the place of a binding.
    pub(crate) fn remove_binding(&mut self, key: &BindingKey) {
        self.bindings.remove(key);
    }

    /// Lets nothing new in.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    /// The actor `id`, be it about to stop.
    pub(crate) fn actor(&self, id: ActorId) -> Option<&Arc<RunningActor>> {
        self.actors.get(&id).and_then(Place::there)
    }

    /// The actor `id`, unless it is about to stop, or the host is.
    pub(crate) fn running_actor(&self, id: ActorId) -> Result<Arc<RunningActor>, Error> {
        self.check_open()?;
        here(self.actors.get(&id), || Thing::Actor(id))
    }

    /// The binding `key`, if it works.
    pub(crate) fn route(&self, key: &BindingKey) -> Option<&Arc<Route>> {
        match self.bindings.get(key)? {
            Place::Here(route) => Some(route),
            Place::Coming | Place::Going(_) => None,
        }
    }

    /// What counts `call`, if its target is there.
    pub(crate) fn meter(&self, call: &Invocation) -> Option<Arc<Meter>> {
        let meters = match (call.target(), call.caller()) {
            (Target::Actor(id), _) => self.actor(*id)?.meters(),
            (Target::Capability(provider), Caller::Actor(caller)) => {
                let key = BindingKey {
                    actor: caller.id(),
                    provider: provider.clone(),
                };
                &self.route(&key)?.meters
            }
            _ => return None,
        };
        Some(meters.of(call.operation()))
    }

    /// All actors, in the order of their keys.
    pub(crate) fn actors(&self) -> impl Iterator<Item = &Arc<RunningActor>> {
        self.actors.values().filter_map(Place::there)
    }

    /// All providers, by contract and name.
    pub(crate) fn providers(&self) -> impl Iterator<Item = &Arc<AddedProvider>> {
        self.providers.values().filter_map(Place::there)
    }

    /// All bindings that work, in no order.
    pub(crate) fn routes(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.bindings.values().filter_map(|place| match place {
            Place::Here(route) => Some(route),
            Place::Coming | Place::Going(_) => None,
        })
    }

    fn ends(&self, key: &BindingKey) -> Result<(Arc<RunningActor>, Arc<AddedProvider>), Error> {
        Ok((
            here(self.actors.get(&key.actor), || Thing::Actor(key.actor))?,
            here(self.providers.get(&key.provider), || {
                Thing::Provider(key.provider.clone())
            })?,
        ))
    }

    fn check_open(&self) -> Result<(), Error> {
        if self.closed {
            Err(Error::closed())
        } else {
            Ok(())
        }
    }
}

impl<T> Place<T> {
    fn there(&self) -> Option<&Arc<T>> {
        match self {
            Self::Here(value) | Self::Going(value) => Some(value),
            Self::Coming => None,
        }
    }
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Coming => Self::Coming,
            Self::Here(value) => Self::Here(Arc::clone(value)),
            Self::Going(value) => Self::Going(Arc::clone(value)),
        }
    }
}

fn reserve<K: Ord, T>(
    table: &mut BTreeMap<K, Place<T>>,
    key: K,
    thing: Thing,
) -> Result<(), Error> {
    if table.contains_key(&key) {
        return Err(Error::already_exists(thing));
    }
    table.insert(key, Place::Coming);
    Ok(())
}

fn here<T>(place: Option<&Place<T>>, thing: impl FnOnce() -> Thing) -> Result<Arc<T>, Error> {
    match place {
        Some(Place::Here(value)) => Ok(Arc::clone(value)),
        _ => Err(Error::not_found(thing())),
    }
}

fn leave<T>(place: Option<&mut Place<T>>, thing: Thing) -> Result<Arc<T>, Error> {
    let Some(place) = place else {
        return Err(Error::not_found(thing));
    };
    let Place::Here(value) = &*place else {
        return Err(Error::not_found(thing));
    };
    let value = Arc::clone(value);
    *place = Place::Going(Arc::clone(&value));
    Ok(value)
}
