//! The changes of a deployment, as people and scripts read them.

use crate::plan::{PlannedActor, PlannedBinding, PlannedProvider};
use capwire::provider::Config;
use capwire::{BindingKey, BindingName, ProviderId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The result of applying a manifest.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Applied {
    /// True if nothing was changed, because that was not asked for.
    pub(crate) dry_run: bool,
    pub(crate) changes: Vec<ChangeEntry>,
    /// The number of actors, providers and bindings that stay as they are.
    pub(crate) unchanged: usize,
    /// The URLs at which new and changed bindings listen.
    pub(crate) endpoints: Vec<String>,
    /// The calls of replaced versions that were dropped.
    pub(crate) dropped: u64,
    /// Facts that the manifest's author probably does not intend.
    pub(crate) warnings: Vec<String>,
}

/// A change of one part.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ChangeEntry {
    pub(crate) action: Action,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// The difference, such as the keys of changed values.
    pub(crate) detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Add,
    Change,
    Remove,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Actor,
    Alias,
    Binding,
    Provider,
}

impl Applied {
    /// Returns the number of changes of this sort.
    pub(crate) fn count(&self, action: Action) -> usize {
        let changes = self.changes.iter();
        changes.filter(|change| change.action == action).count()
    }
}

impl ChangeEntry {
    pub(super) fn new(action: Action, kind: Kind, name: impl Into<String>) -> Self {
        Self {
            action,
            kind,
            name: name.into(),
            detail: String::new(),
        }
    }

    pub(super) fn detail(self, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { detail, ..self }
    }

    pub(super) fn provider(action: Action, id: &ProviderId, planned: &PlannedProvider) -> Self {
        Self::new(action, Kind::Provider, shown(id)).detail(planned.name())
    }

    pub(super) fn actor(action: Action, planned: &PlannedActor, detail: impl Into<String>) -> Self {
        Self::new(action, Kind::Actor, planned.actor.name()).detail(detail)
    }

    pub(super) fn binding(action: Action, actor: &str, key: &BindingKey) -> Self {
        let name = format!("{actor} to {}", shown(&key.provider));
        Self::new(action, Kind::Binding, name)
    }

    /// The change of a binding from the values `old`.
    pub(super) fn values(planned: &PlannedBinding, old: Option<&Config>) -> Self {
        let keys = changed_keys(old.unwrap_or(&Config::default()), &planned.config);
        Self::binding(Action::Change, &planned.actor, &planned.key).detail(keys)
    }
}

/// Returns the keys that one has and the other has not, or with other values. Values may be secret.
fn changed_keys(old: &Config, new: &Config) -> String {
    let keys = old.iter().chain(new.iter()).map(|(key, _)| key);
    let keys: BTreeSet<&str> = keys.filter(|key| old.get(key) != new.get(key)).collect();
    let keys: Vec<&str> = keys.into_iter().collect();
    keys.join(", ")
}

/// Returns the name of a provider on the command line.
pub(crate) fn shown(id: &ProviderId) -> String {
    let ProviderId { contract, name } = id;
    match *name == BindingName::default() {
        true => contract.to_string(),
        false => format!("{contract}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::changed_keys;
    use capwire::provider::Config;

    #[test]
    fn only_the_keys_of_changed_values_are_shown() {
        let old = Config::from_iter([("SAME", "1"), ("CHANGED", "secret"), ("GONE", "3")]);
        let new = Config::from_iter([("SAME", "1"), ("CHANGED", "other"), ("NEW", "4")]);
        assert_eq!(changed_keys(&old, &new), "CHANGED, GONE, NEW");
        assert_eq!(changed_keys(&old, &old), "");
    }
}
