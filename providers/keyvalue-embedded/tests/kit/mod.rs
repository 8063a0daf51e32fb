//! Bound actors of a store.

use capwire_contracts_suite::Nobody;
use capwire_contracts_suite::keyvalue::Client;
use capwire_keyvalue_embedded::KeyValueEmbedded;
use capwire_provider::{Binding, BindingId, Config, Provider};
use std::sync::Arc;

pub(crate) async fn bound<'s>(
    store: &'s KeyValueEmbedded,
    actor: &str,
    config: &[(&str, &str)],
) -> Client<'s> {
    let binding = binding(actor, config);
    let id = binding.id.clone();
    store.bind(binding).await.unwrap();
    Client::new(store, id)
}

pub(crate) fn binding(actor: &str, config: &[(&str, &str)]) -> Binding {
    Binding {
        id: BindingId {
            actor: actor.to_owned(),
            name: "default".to_owned(),
        },
        config: Config::from_iter(config.iter().copied()),
        actor: Arc::new(Nobody),
    }
}
