//! The values of all actors.

use crate::values::Values;
use capwire_provider::{BindingId, ProviderError};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub(crate) struct Store(Mutex<Inner>);

#[derive(Default)]
pub(crate) struct Inner {
    bound: HashSet<BindingId>,
    pub(crate) values: HashMap<String, HashMap<String, String>>,
}

impl Store {
    pub(crate) fn admit(&self, binding: BindingId) {
        self.lock().bound.insert(binding);
    }

    pub(crate) fn dismiss(&self, binding: &BindingId) {
        self.lock().bound.remove(binding);
    }

    pub(crate) fn values_of(&self, binding: &BindingId) -> Result<Values<'_>, ProviderError> {
        let store = self.lock();
        let actor = binding.actor.clone();
        match store.bound.contains(binding) {
            true => Ok(Values { store, actor }),
            false => Err(ProviderError::NotBound),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
