//! Bindings: what leads from an actor to a provider, and back.

use crate::handle::Handle;
use crate::id::BindingKey;
use crate::metrics::Meters;
use crate::provider::AddedProvider;
use capwire_provider::{BindingId, Bound, Config};
use capwire_wascap::ActorClaims;
use std::sync::Arc;

/// The prefix of the keys that only the host may set.
pub(crate) const RESERVED: &str = Config::RESERVED_PREFIX;

/// A binding that works.
pub(crate) struct Route {
    pub(crate) key: BindingKey,
    pub(crate) id: BindingId,
    pub(crate) provider: Arc<AddedProvider>,
    pub(crate) handle: Arc<Handle>,
    pub(crate) bound: Bound,
    pub(crate) meters: Meters,
}

/// The binding's name as its provider knows it.
pub(crate) fn provider_side(key: &BindingKey) -> BindingId {
    BindingId {
        actor: key.actor.to_string(),
        name: key.provider.name.to_string(),
    }
}

/// The values of a binding, with those by which a provider learns whom it serves.
pub(crate) fn with_claims(config: &Config, claims: &ActorClaims) -> Config {
    let metadata = &claims.metadata;
    let own = [
        ("issuer", claims.issuer.to_string()),
        ("capabilities", metadata.caps.join(",")),
        ("name", metadata.name.clone().unwrap_or_default()),
        ("expires", claims.expires.unwrap_or(0).to_string()),
        ("tags", metadata.tags.join(",")),
    ];
    let own = own
        .into_iter()
        .map(|(key, value)| (format!("{RESERVED}{key}"), value));
    let given = config
        .iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
    given.chain(own).collect()
}
