//! Labels. Their length is bounded, because the signer of an actor chooses its name.

use capwire_host::{ActorId, OperationMetrics, ProviderId};
use prometheus::proto::LabelPair;

/// The label for everything that has no label of its own.
pub(crate) const OTHER: &str = OperationMetrics::OTHER;

/// The maximum number of characters of a name.
const LONGEST_NAME: usize = 64;
/// The number of characters of a key, enough to distinguish the actors of a host.
const KEY: usize = 12;

/// The labels of a sample.
#[derive(Clone)]
pub(crate) struct Labels(Vec<LabelPair>);

impl Labels {
    /// Returns the labels of an actor.
    pub(crate) fn of_actor(id: ActorId, name: &str) -> Self {
        let key: String = id.to_string().chars().take(KEY).collect();
        let labels = Self(Vec::new()).with("actor", &shown(name));
        labels.with("key", &key)
    }

    /// Returns the labels of all unknown actors together.
    pub(crate) fn of_other_actors() -> Self {
        Self(Vec::new()).with("actor", OTHER).with("key", OTHER)
    }

    /// Returns the labels of a provider.
    pub(crate) fn of_provider(id: &ProviderId) -> Self {
        Self(Vec::new()).with_provider(id)
    }

    /// Adds the labels of a provider.
    pub(crate) fn with_provider(self, id: &ProviderId) -> Self {
        self.with("contract", id.contract.as_str())
            .with("binding", id.name.as_str())
    }

    /// Adds a label.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        let mut label = LabelPair::default();
        label.set_name(name.to_owned());
        label.set_value(value.to_owned());
        self.0.push(label);
        self
    }

    pub(crate) fn into_pairs(self) -> Vec<LabelPair> {
        self.0
    }
}

/// Returns the start of `name`, escaped: people read the page in terminals, too.
fn shown(name: &str) -> String {
    capwire_text::escaped(name)
        .chars()
        .take(LONGEST_NAME)
        .collect()
}
