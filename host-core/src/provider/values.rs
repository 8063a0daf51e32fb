//! The values of a binding, and the name under which its provider knows it.

use crate::id::BindingKey;
use capwire_provider::{BindingId, Config};
use capwire_wascap::ActorClaims;

/// The prefix of the keys that only the host may set.
pub(super) const RESERVED: &str = Config::RESERVED_PREFIX;

/// The name under which the provider knows the binding.
pub(super) fn provider_side(key: &BindingKey) -> BindingId {
    BindingId {
        actor: key.actor.to_string(),
        name: key.provider.name.to_string(),
    }
}

/// The configured values of a binding, and the actor's claims as further values.
pub(super) fn with_claims(config: &Config, claims: &ActorClaims) -> Config {
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
    let all: Config = given.chain(own).collect();
    all.with_secrets(config.secrets())
}
