//! The key spaces, of which a binding sees one.

use arc_swap::ArcSwap;
use capwire_embedded_common::{SPACE, space_name};
use capwire_provider::{Binding, BindingId, Config, ProviderError};
use std::collections::HashMap;
use std::sync::Arc;

/// The configuration key for the most bytes of the binding's key space.
pub(crate) const MAX_BYTES: &str = "MAX_BYTES";
/// The default of [`MAX_BYTES`].
const DEFAULT_QUOTA: u64 = 1 << 30;

/// The key space of a binding, and the most bytes that the binding may make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Space {
    pub(crate) name: Arc<str>,
    pub(crate) quota: u64,
}

/// The key space of each binding. Calls read it without a lock.
#[derive(Default)]
pub(crate) struct Spaces(ArcSwap<HashMap<BindingId, Space>>);

impl Spaces {
    /// Returns the key space of `binding`.
    pub(crate) fn of(&self, binding: &BindingId) -> Result<Space, ProviderError> {
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
pub(crate) const KEYS: &[&str] = &[SPACE, MAX_BYTES];

/// Returns the key space of a binding.
pub(crate) fn space(id: &BindingId, config: &Config) -> Result<Space, ProviderError> {
    config.only(KEYS)?;
    Ok(Space {
        name: space_name(id, config)?.into(),
        quota: config
            .parse(MAX_BYTES)?
            .map_or(Ok(DEFAULT_QUOTA), at_least_one)?,
    })
}

fn at_least_one(quota: u64) -> Result<u64, ProviderError> {
    match quota {
        0 => Err(ProviderError::config(MAX_BYTES, "must be at least 1")),
        quota => Ok(quota),
    }
}
