//! The key spaces, of which a binding sees one.

use arc_swap::ArcSwap;
use capwire_provider::{Binding, BindingId, Config, ProviderError};
use std::collections::HashMap;
use std::sync::Arc;

/// The configuration key that names a shared key space.
pub(crate) const SPACE: &str = "SPACE";

/// The key space of each binding. Calls read it without a lock.
#[derive(Default)]
pub(crate) struct Spaces(ArcSwap<HashMap<BindingId, Arc<str>>>);

impl Spaces {
    /// Returns the key space of `binding`.
    pub(crate) fn of(&self, binding: &BindingId) -> Result<Arc<str>, ProviderError> {
        self.0
            .load()
            .get(binding)
            .cloned()
            .ok_or(ProviderError::NotBound)
    }

    /// Adds a binding. It replaces an existing binding with the same id.
    pub(crate) fn bind(&self, binding: &Binding) -> Result<(), ProviderError> {
        let space = space(&binding.id, &binding.config)?;
        self.0.rcu(|spaces| {
            let mut spaces = HashMap::clone(spaces);
            spaces.insert(binding.id.clone(), space.clone());
            spaces
        });
        Ok(())
    }

    pub(crate) fn unbind(&self, binding: &BindingId) {
        self.0.rcu(|spaces| {
            let mut spaces = HashMap::clone(spaces);
            spaces.remove(binding);
            spaces
        });
    }
}

/// The configuration keys of a binding.
pub(crate) const KEYS: &[&str] = &[SPACE];

/// Returns the key space of a binding. Its prefix separates shared spaces from actors' own.
pub(crate) fn space(id: &BindingId, config: &Config) -> Result<Arc<str>, ProviderError> {
    config.only(KEYS)?;
    match config.get(SPACE) {
        None => Ok(format!("actor/{}", id.actor).into()),
        Some("") => Err(ProviderError::config(SPACE, "a shared space needs a name")),
        Some(name) => Ok(format!("shared/{name}").into()),
    }
}
