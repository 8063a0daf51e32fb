//! The spaces of a store, of which a binding sees one.

use capwire_provider::{BindingId, Config, ProviderError};

/// The configuration key that names a shared space.
pub const SPACE: &str = "SPACE";

/// Returns the name of the space of a binding. Its prefix separates shared spaces from actors' own.
///
/// # Errors
/// Returns [`ProviderError::Config`] if a shared space has no name.
pub fn space_name(id: &BindingId, config: &Config) -> Result<String, ProviderError> {
    match config.get(SPACE) {
        None => Ok(format!("actor/{}", id.actor)),
        Some("") => Err(ProviderError::config(SPACE, "a shared space needs a name")),
        Some(name) => Ok(format!("shared/{name}")),
    }
}
