//! The tables of a host, and the rules by which they change.
//!
//! Nothing here waits or locks. A change that takes time has two steps: the first reserves an
//! entry, so that no other change can use it, and the second fills or removes it.

use super::{Route, RunningActor, RunningProvider};
use crate::error::{Error, Thing};
use crate::id::{ActorId, BindingKey, ProviderId, Target};
use crate::report::LatencyHistogram;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// All actors, providers and bindings of a host.
#[derive(Clone, Default)]
pub(crate) struct Registry {
    closed: bool,
    actors: BTreeMap<ActorId, Place<RunningActor>>,
    providers: BTreeMap<ProviderId, Place<RunningProvider>>,
    bindings: HashMap<BindingKey, Place<Route>>,
}

/// A place in a table.
enum Place<T> {
    /// The entry is being created.
    Coming,
    /// The entry is in effect.
    Here(Arc<T>),
    /// The entry is being removed and still serves calls in progress.
    Going(Arc<T>),
}

/// A route, and the one that replaces it.
pub(crate) struct RouteChange {
    pub(crate) old: Arc<Route>,
    pub(crate) new: Arc<Route>,
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

    /// Begins to remove an actor. It gets no new bindings.
    pub(crate) fn begin_stop(&mut self, id: ActorId) -> Result<Arc<RunningActor>, Error> {
        leave(self.actors.get_mut(&id), Thing::Actor(id))
    }

    /// Gives up the place of an actor.
    pub(crate) fn remove_actor(&mut self, id: ActorId) {
        self.actors.remove(&id);
    }

    /// Adds a provider.
    pub(crate) fn insert_provider(&mut self, provider: Arc<RunningProvider>) -> Result<(), Error> {
        self.check_open()?;
        let id = provider.id().clone();
        reserve(&mut self.providers, id.clone(), Thing::Provider(id.clone()))?;
        self.providers.insert(id, Place::Here(provider));
        Ok(())
    }

    /// Begins to remove a provider. It gets no new bindings.
    pub(crate) fn begin_removal(&mut self, id: &ProviderId) -> Result<Arc<RunningProvider>, Error> {
        leave(self.providers.get_mut(id), Thing::Provider(id.clone()))
    }

    /// Gives up the place of a provider.
    pub(crate) fn remove_provider(&mut self, id: &ProviderId) {
        self.providers.remove(id);
    }

    /// Reserves the place of a binding between an actor and a provider that exist.
    pub(crate) fn reserve_binding(
        &mut self,
        key: &BindingKey,
    ) -> Result<(Arc<RunningActor>, Arc<RunningProvider>), Error> {
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

    /// Fills the place of a binding, if its actor and provider still exist.
    pub(crate) fn insert_binding(&mut self, route: Arc<Route>) -> Result<(), Error> {
        self.check_open()?;
        self.ends(&route.key)?;
        self.bindings.insert(route.key.clone(), Place::Here(route));
        Ok(())
    }

    /// Replaces routes of one provider by others for the same bindings, all at once. Returns those
    /// others whose bindings have ended meanwhile.
    pub(crate) fn exchange_routes(&mut self, routes: &[RouteChange]) -> Vec<Arc<Route>> {
        let mut ended = Vec::new();
        for RouteChange { old, new } in routes {
            match self.bindings.get_mut(&old.key) {
                Some(Place::Here(route)) if Arc::ptr_eq(route, old) => *route = Arc::clone(new),
                _ => ended.push(Arc::clone(new)),
            }
        }
        ended
    }

    /// The routes of all bindings to `provider`.
    pub(crate) fn routes_of(&self, provider: &Arc<RunningProvider>) -> Vec<Arc<Route>> {
        let routes = self.routes();
        let own = routes.filter(|route| Arc::ptr_eq(&route.provider, provider));
        own.cloned().collect()
    }

    /// The provider `id`, unless it or the host is being stopped.
    pub(crate) fn running_provider(&self, id: &ProviderId) -> Result<Arc<RunningProvider>, Error> {
        self.check_open()?;
        here(self.providers.get(id), || Thing::Provider(id.clone()))
    }

    /// Returns true if `provider` is in the tables, even if it is being removed.
    pub(crate) fn has(&self, provider: &Arc<RunningProvider>) -> bool {
        let place = self.providers.get(provider.id()).and_then(Place::there);
        place.is_some_and(|other| Arc::ptr_eq(other, provider))
    }

    /// Begins to remove a binding. Calls no longer find it.
    pub(crate) fn begin_unbind(&mut self, key: &BindingKey) -> Result<Arc<Route>, Error> {
        let thing = Thing::Binding(Box::new(key.clone()));
        leave(self.bindings.get_mut(key), thing)
    }

    /// Gives up the place of a binding.
    pub(crate) fn remove_binding(&mut self, key: &BindingKey) {
        self.bindings.remove(key);
    }

    /// Refuses new entries from now on.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    /// The actor `id`, even if it is being stopped.
    pub(crate) fn actor(&self, id: ActorId) -> Option<&Arc<RunningActor>> {
        self.actors.get(&id).and_then(Place::there)
    }

    /// The actor `id`, unless it or the host is being stopped.
    pub(crate) fn running_actor(&self, id: ActorId) -> Result<Arc<RunningActor>, Error> {
        self.check_open()?;
        here(self.actors.get(&id), || Thing::Actor(id))
    }

    /// The binding `key`, if it is in effect.
    pub(crate) fn route(&self, key: &BindingKey) -> Option<&Arc<Route>> {
        match self.bindings.get(key)? {
            Place::Here(route) => Some(route),
            Place::Coming | Place::Going(_) => None,
        }
    }

    /// The histogram for calls of `operation`, if `target` or the actor `caller` exists.
    pub(crate) fn histogram(
        &self,
        target: &Target,
        caller: Option<ActorId>,
        operation: &str,
    ) -> Option<Arc<LatencyHistogram>> {
        let histograms = match (target, caller) {
            (Target::Actor(id), _) => self.actor(*id)?.histograms(),
            (Target::Capability(provider), Some(actor)) => {
                let provider = provider.clone();
                match self.route(&BindingKey { actor, provider }) {
                    Some(route) => &route.histograms,
                    None => return Some(Arc::clone(self.actor(actor)?.unbound())),
                }
            }
            _ => return None,
        };
        Some(histograms.of(operation))
    }

    /// All actors, in the order of their keys.
    pub(crate) fn actors(&self) -> impl Iterator<Item = &Arc<RunningActor>> {
        self.actors.values().filter_map(Place::there)
    }

    /// All providers, by contract and name.
    pub(crate) fn providers(&self) -> impl Iterator<Item = &Arc<RunningProvider>> {
        self.providers.values().filter_map(Place::there)
    }

    /// All bindings in effect, in no order.
    pub(crate) fn routes(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.bindings.values().filter_map(|place| match place {
            Place::Here(route) => Some(route),
            Place::Coming | Place::Going(_) => None,
        })
    }

    fn ends(&self, key: &BindingKey) -> Result<(Arc<RunningActor>, Arc<RunningProvider>), Error> {
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
