//! Compares a plan with what runs.

use super::Deployed;
use super::change::{Action, ChangeEntry, Kind, shown};
use crate::plan::{Plan, PlannedActor, PlannedBinding, PlannedProvider};
use crate::swaps::Versions;
use capwire::provider::Config;
use capwire::{ActorId, ActorInfo, BindingKey, Inventory, ProviderId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// All that a plan changes, in groups.
#[derive(Default)]
pub(super) struct Difference {
    /// The bindings to end first: those of actors that stay, and those through which clients reach
    /// actors that stop.
    pub(super) unbind: Vec<BindingKey>,
    pub(super) add: Vec<(ProviderId, PlannedProvider)>,
    pub(super) start: Vec<PlannedActor>,
    pub(super) swap_providers: Vec<ProviderSwap>,
    pub(super) swap_actors: Vec<PlannedActor>,
    /// The bindings to make or to change, servers last.
    pub(super) bind: Vec<NewBinding>,
    pub(super) stop: Vec<ActorId>,
    pub(super) remove: Vec<ProviderId>,
    /// The aliases, if they change.
    pub(super) aliases: Option<HashMap<String, ActorId>>,
    pub(super) entries: Vec<ChangeEntry>,
    pub(super) unchanged: usize,
}

/// A provider that is replaced.
pub(super) struct ProviderSwap {
    pub(super) id: ProviderId,
    pub(super) planned: PlannedProvider,
    /// The new values of its running bindings.
    pub(super) values: HashMap<BindingKey, Config>,
}

/// A binding that is made or changed.
pub(super) struct NewBinding {
    pub(super) planned: PlannedBinding,
    /// The values that it has now. `None` if it does not exist.
    pub(super) old: Option<Config>,
    /// True if it waits for a new version of its actor or a provider.
    pub(super) late: bool,
}

/// The running host.
pub(super) struct Running<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) aliases: HashMap<String, ActorId>,
    pub(super) deployed: &'a Deployed,
    pub(super) versions: &'a Versions,
}

impl Difference {
    /// Returns the difference between `running` and `plan`.
    pub(super) fn between(running: &Running<'_>, plan: Plan) -> Self {
        let mut difference = Self::default();
        let aliases = aliases(&plan);
        let planned: BTreeSet<ActorId> = plan.actors.iter().map(PlannedActor::id).collect();
        let gone = difference.providers(running, plan.providers);
        difference.actors(running, plan.actors, &planned);
        let keys: BTreeSet<BindingKey> = plan.bindings.iter().map(|one| one.key.clone()).collect();
        difference.ended(running, &keys, &planned);
        difference.bindings(running, plan.bindings);
        difference.gone(running, gone, &planned);
        difference.aliases(running, aliases);
        difference
    }

    /// Returns the providers that the plan does not have.
    fn providers(
        &mut self,
        running: &Running<'_>,
        planned: Vec<(ProviderId, PlannedProvider)>,
    ) -> Vec<ProviderId> {
        let there = running.inventory.providers.iter();
        let mut there: BTreeSet<ProviderId> = there.map(|info| info.id.clone()).collect();
        for (id, planned) in planned {
            let known = running.deployed.providers.get(&id);
            if !there.remove(&id) {
                let entry = ChangeEntry::provider(Action::Add, &id, &planned);
                self.entries.push(entry);
                self.add.push((id, planned));
            } else if known.is_some_and(|known| known.is_same(&planned)) {
                self.unchanged += 1;
            } else {
                let entry = ChangeEntry::provider(Action::Change, &id, &planned);
                self.entries.push(entry);
                let values = HashMap::new();
                self.swap_providers.push(ProviderSwap {
                    id,
                    planned,
                    values,
                });
            }
        }
        there.into_iter().collect()
    }

    fn actors(
        &mut self,
        running: &Running<'_>,
        planned: Vec<PlannedActor>,
        keys: &BTreeSet<ActorId>,
    ) {
        let there = running.inventory.actors.iter();
        let mut infos: BTreeMap<ActorId, &ActorInfo> = there.map(|info| (info.id, info)).collect();
        for actor in planned {
            let Some(info) = infos.remove(&actor.id()) else {
                let entry = ChangeEntry::actor(Action::Add, &actor, revision(&actor));
                self.entries.push(entry);
                self.start.push(actor);
                continue;
            };
            let same_module = running.versions.runs(actor.id(), actor.actor.wasm());
            let same_limits = info.options == actor.options;
            let detail = match (same_module, same_limits) {
                (true, true) => {
                    self.unchanged += 1;
                    continue;
                }
                (true, false) => "options".to_owned(),
                (false, _) => revision(&actor),
            };
            let entry = ChangeEntry::actor(Action::Change, &actor, detail);
            self.entries.push(entry);
            self.swap_actors.push(actor);
        }
        self.stop = infos.into_keys().filter(|id| !keys.contains(id)).collect();
    }

    /// Finds the bindings that the plan does not have.
    fn ended(
        &mut self,
        running: &Running<'_>,
        keys: &BTreeSet<BindingKey>,
        planned: &BTreeSet<ActorId>,
    ) {
        for info in &running.inventory.bindings {
            let key = &info.key;
            if keys.contains(key) {
                continue;
            }
            let provider = running.deployed.providers.get(&key.provider);
            let serves = provider.is_some_and(PlannedProvider::opens_actors);
            if serves || planned.contains(&key.actor) {
                self.unbind.push(key.clone());
            }
            let actor = name(running.inventory, key.actor);
            let entry = ChangeEntry::binding(Action::Remove, &actor, key);
            self.entries.push(entry);
        }
    }

    fn bindings(&mut self, running: &Running<'_>, planned: Vec<PlannedBinding>) {
        let there = running.inventory.bindings.iter();
        let there: BTreeSet<&BindingKey> = there.map(|info| &info.key).collect();
        let mut late: BTreeSet<ActorId> = self.swap_actors.iter().map(PlannedActor::id).collect();
        let mut changed = Vec::new();
        for binding in planned {
            let key = &binding.key;
            let known = running.deployed.bindings.get(key);
            if !there.contains(key) {
                let entry = ChangeEntry::binding(Action::Add, &binding.actor, key);
                self.entries.push(entry);
            } else if known == Some(&binding.config) {
                self.unchanged += 1;
                continue;
            } else {
                self.entries.push(ChangeEntry::values(&binding, known));
            }
            let swapped = self.swap_providers.iter_mut();
            let swapped = swapped.into_iter().find(|swap| swap.id == key.provider);
            match swapped {
                Some(swap) if there.contains(key) => {
                    swap.values.insert(key.clone(), binding.config);
                    continue;
                }
                Some(_) => drop(late.insert(key.actor)),
                None => {}
            }
            let old = there
                .contains(key)
                .then(|| known.cloned().unwrap_or_default());
            changed.push((binding, old));
        }
        let changed = changed.into_iter().map(|(planned, old)| NewBinding {
            late: late.contains(&planned.key.actor),
            planned,
            old,
        });
        self.bind = changed.collect();
    }

    fn gone(
        &mut self,
        running: &Running<'_>,
        providers: Vec<ProviderId>,
        planned: &BTreeSet<ActorId>,
    ) {
        let actors = running.inventory.actors.iter();
        let actors = actors.filter(|info| !planned.contains(&info.id));
        let actors = actors.map(|info| ChangeEntry::new(Action::Remove, Kind::Actor, &info.name));
        self.entries.extend(actors);
        let removed = providers.iter();
        let removed = removed.map(|id| ChangeEntry::new(Action::Remove, Kind::Provider, shown(id)));
        self.entries.extend(removed);
        self.remove = providers;
    }

    fn aliases(&mut self, running: &Running<'_>, planned: HashMap<String, ActorId>) {
        if running.aliases == planned {
            return;
        }
        let names: BTreeSet<&String> = running.aliases.keys().chain(planned.keys()).collect();
        for name in names {
            let action = match (running.aliases.get(name), planned.get(name)) {
                (None, _) => Action::Add,
                (_, None) => Action::Remove,
                (old, new) if old == new => continue,
                _ => Action::Change,
            };
            self.entries
                .push(ChangeEntry::new(action, Kind::Alias, name));
        }
        self.aliases = Some(planned);
    }
}

/// Returns the aliases that `plan` gives its actors.
fn aliases(plan: &Plan) -> HashMap<String, ActorId> {
    let actors = plan.actors.iter();
    actors
        .filter_map(|actor| Some((actor.alias.clone()?, actor.id())))
        .collect()
}

fn revision(actor: &PlannedActor) -> String {
    let revision = actor.actor.claims().metadata.rev.unwrap_or(0);
    format!("revision {revision}")
}

/// Returns the name of a running actor, for people.
pub(super) fn name(inventory: &Inventory, actor: ActorId) -> String {
    let info = inventory.actors.iter().find(|info| info.id == actor);
    info.map_or_else(|| actor.to_string(), |info| info.name.clone())
}
