//! The bindings of a provider.

use crate::follower::{DRAIN, Follower};
use crate::settings::Settings;
use crate::source::Source;
use capwire_provider::{Binding, BindingId, ProviderError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The bindings of a provider, each with the operations `T` of its actor, and its follower.
pub struct Members<T>(Mutex<HashMap<BindingId, Arc<Member<T>>>>);

/// A binding.
pub struct Member<T> {
    operations: T,
    follower: Follower,
}

impl<T> Member<T> {
    /// Returns the operations of the actor.
    pub fn operations(&self) -> &T {
        &self.operations
    }
}

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Members<T> {
    fn lock(&self) -> MutexGuard<'_, HashMap<BindingId, Arc<Member<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of bindings.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Returns `true` if there are no bindings.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns a binding.
    ///
    /// # Errors
    /// Returns [`ProviderError::NotBound`] if there is none with this id.
    pub fn of(&self, id: &BindingId) -> Result<Arc<Member<T>>, ProviderError> {
        self.lock().get(id).cloned().ok_or(ProviderError::NotBound)
    }

    /// Adds a binding and starts its deliveries. One with the same id ends after the event that it handles.
    pub async fn bind(
        &self,
        binding: &Binding,
        operations: T,
        settings: Settings,
        sources: Vec<Arc<dyn Source>>,
    ) {
        let member = Arc::new(Member {
            operations,
            follower: Follower::start(binding, settings, sources),
        });
        let earlier = self.lock().insert(binding.id.clone(), member);
        if let Some(earlier) = earlier {
            earlier.follower.drain(DRAIN).await;
        }
    }

    /// Ends a binding after the events that its actor handles, for which it waits at most [`DRAIN`]. Until
    /// then, the actor can call.
    pub async fn unbind(&self, id: &BindingId) {
        let Ok(leaving) = self.of(id) else {
            return;
        };
        leaving.follower.drain(DRAIN).await;
        let mut members = self.lock();
        let still = members
            .get(id)
            .is_some_and(|member| Arc::ptr_eq(member, &leaving));
        if still {
            members.remove(id);
        }
    }

    /// Ends all deliveries within `time`. Returns the number of those that were cut off.
    pub async fn drain(&self, time: Duration) -> usize {
        let until = Instant::now() + time;
        let members: Vec<_> = self.lock().values().cloned().collect();
        for member in &members {
            member.follower.end();
        }
        let mut cut = 0;
        for member in members {
            let left = until.saturating_duration_since(Instant::now());
            cut += member.follower.drain(left).await;
        }
        cut
    }
}
