//! The timers of one binding, and which of their calls are due.

use crate::clock::Moment;
use crate::entry::{Entry, Random};
use crate::missed::Run;
use crate::saved::{Change, Saved};
use crate::settings::Settings;
use crate::spec::Spec;
use capwire_contracts::timer::State;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The timers of a binding.
pub(crate) struct Timers {
    pub(crate) settings: Arc<Settings>,
    random: Random,
    entries: BTreeMap<String, Entry>,
    /// The number of calls under way, by the name of the timer.
    active: BTreeMap<String, usize>,
    /// The names of timers with calls that wait, in the order in which they get a turn.
    ready: VecDeque<String>,
    /// The changes that are not stored yet.
    pub(crate) changes: Vec<Change>,
    numbers: u64,
}

/// A call that begins.
pub(crate) struct Begun {
    pub(crate) name: String,
    pub(crate) number: u64,
    pub(crate) run: Run,
    pub(crate) retries: u32,
    pub(crate) payload: Arc<[u8]>,
}

/// Calls that are not made.
pub(crate) struct Skipped {
    pub(crate) name: String,
    pub(crate) count: u64,
}

impl Timers {
    pub(crate) fn new(settings: Arc<Settings>, random: Random) -> Self {
        Self {
            settings,
            random,
            entries: BTreeMap::new(),
            active: BTreeMap::new(),
            ready: VecDeque::new(),
            changes: Vec::new(),
            numbers: 0,
        }
    }

    /// Takes over the values of a binding, and the timers of its file that are not known yet.
    pub(crate) fn configure(
        &mut self,
        settings: Arc<Settings>,
        saved: &BTreeMap<String, Saved>,
        now: Moment,
    ) {
        let configured = |name: &str| settings.timers.contains_key(name);
        let old = self.entries.iter();
        let old = old.filter(|(name, entry)| !entry.spec.own && !configured(name));
        let old: Vec<String> = old.map(|(name, _)| name.clone()).collect();
        for name in old {
            self.remove(&name);
        }
        for (name, spec) in &settings.timers {
            self.configure_one(name, spec, saved.get(name), now);
        }
        for (name, timer) in saved {
            self.restore(name, timer, &settings);
        }
        self.settings = settings;
    }

    fn configure_one(&mut self, name: &str, spec: &Spec, saved: Option<&Saved>, now: Moment) {
        if let Some(entry) = self.entries.get_mut(name)
            && !entry.spec.own
            && entry.spec.times == spec.times
        {
            entry.change(spec.clone(), &self.random);
            return;
        }
        let saved = saved.filter(|saved| {
            let from = Moment(saved.from);
            saved.own.is_none() && saved.schedule == spec.times.from(from).to_string()
        });
        let since = saved.map_or((now, now), |saved| (Moment(saved.from), Moment(saved.last)));
        self.insert(name, spec.clone(), since);
    }

    /// Takes over a timer from the file that the actor had set.
    fn restore(&mut self, name: &str, timer: &Saved, settings: &Settings) {
        let Some(own) = &timer.own else {
            if !settings.timers.contains_key(name) {
                let name = name.to_owned();
                self.changes.push(Change::End { name });
            }
            return;
        };
        if self.entries.contains_key(name) {
            return;
        }
        match own.spec() {
            Some(spec) => self.insert(name, spec, (Moment(timer.from), Moment(timer.last))),
            None => tracing::warn!(
                timer = name,
                schedule = timer.schedule,
                "a stored timer is left alone, because this host does not know its schedule"
            ),
        }
    }

    /// Adds a timer, and stores it.
    pub(crate) fn insert(&mut self, name: &str, spec: Spec, since: (Moment, Moment)) {
        self.numbers += 1;
        let entry = Entry::new(spec, self.numbers, since, &self.random);
        self.changes.push(Change::Set(entry.saved(name)));
        self.entries.insert(name.to_owned(), entry);
    }

    /// Puts back what [`insert`](Self::insert) or [`remove`](Self::remove) has changed.
    pub(crate) fn put_back(&mut self, name: &str, entry: Option<Entry>) {
        match entry {
            Some(entry) => self.entries.insert(name.to_owned(), entry),
            None => self.entries.remove(name),
        };
    }

    /// Removes a timer.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Entry> {
        let removed = self.entries.remove(name)?;
        let name = name.to_owned();
        self.changes.push(Change::End { name });
        Some(removed)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// Takes a timer that is about to be replaced.
    pub(crate) fn take(&mut self, name: &str) -> Option<Entry> {
        self.entries.remove(name)
    }

    /// Returns the number of timers that the actor has set.
    pub(crate) fn own(&self) -> usize {
        self.entries.values().filter(|entry| entry.spec.own).count()
    }

    /// Stores all timers anew.
    pub(crate) fn save_all(&mut self) {
        let all = self.entries.iter();
        let all = all.map(|(name, entry)| Change::Set(entry.saved(name)));
        self.changes.extend(all);
    }

    /// Returns the state of each timer whose name begins with `prefix`.
    pub(crate) fn list(&self, prefix: &str) -> Vec<State> {
        let entries = self.entries.iter();
        let entries = entries.filter(|(name, _)| name.starts_with(prefix));
        let state = entries.map(|(name, entry)| State {
            name: name.clone(),
            schedule: entry.to_string(),
            next: entry.next().map_or(0, |next| next.0),
            own: entry.spec.own,
        });
        state.collect()
    }

    fn is_active(&self, name: &str) -> bool {
        self.active.contains_key(name)
    }

    /// Returns `true` if the calls of a timer are not looked for at present, because one waits or is
    /// under way.
    fn is_blocked(&self, name: &str, entry: &Entry) -> bool {
        !entry.spec.overlaps && (self.is_active(name) || !entry.waiting.is_empty())
    }

    /// Returns the moment at which the next call is due.
    pub(crate) fn next(&self) -> Option<Moment> {
        let entries = self.entries.iter();
        let free = entries.filter(|(name, entry)| !self.is_blocked(name, entry));
        free.filter_map(|(_, entry)| entry.start).min()
    }

    /// Looks for calls that are due at `now`. Returns those that are not made.
    pub(crate) fn look(&mut self, now: Moment) -> Vec<Skipped> {
        let entries = self.entries.iter();
        let due = entries.filter(|(name, entry)| {
            entry.start.is_some_and(|start| start <= now) && !self.is_blocked(name, entry)
        });
        let due: Vec<String> = due.map(|(name, _)| name.clone()).collect();
        let mut all = Vec::new();
        for name in due {
            let count = self.look_at(&name, now);
            if count > 0 {
                all.push(Skipped { name, count });
            }
        }
        all
    }

    fn look_at(&mut self, name: &str, now: Moment) -> u64 {
        let (tolerance, random) = (self.settings.tolerance, Arc::clone(&self.random));
        let Some(entry) = self.entries.get_mut(name) else {
            return 0;
        };
        let skipped = entry.look(now, tolerance, &random);
        if entry.waiting.is_empty() {
            entry.made = entry.last;
            self.store(name);
            self.end_if_over(name);
        } else {
            self.ready.push_back(name.to_owned());
        }
        skipped
    }

    /// Returns the next call that may begin.
    pub(crate) fn begin(&mut self) -> Option<Begun> {
        for _ in 0..self.ready.len() {
            let name = self.ready.pop_front()?;
            let is_active = self.is_active(&name);
            let Some(entry) = self.entries.get_mut(&name) else {
                continue;
            };
            if is_active && !entry.spec.overlaps {
                continue;
            }
            let Some(run) = entry.waiting.pop_front() else {
                continue;
            };
            if !entry.waiting.is_empty() {
                self.ready.push_back(name.clone());
            }
            let begun = Begun {
                number: entry.number,
                run,
                retries: entry.spec.retries.unwrap_or(self.settings.retries),
                payload: Arc::clone(&entry.spec.payload),
                name,
            };
            // What is not made again after a crash is stored before it begins.
            if !entry.spec.missed.repeats() || entry.spec.overlaps {
                entry.made = run.scheduled;
                self.store(&begun.name);
            }
            *self.active.entry(begun.name.clone()).or_default() += 1;
            return Some(begun);
        }
        None
    }

    /// Notes that a call has ended at `now`.
    pub(crate) fn ended(&mut self, name: &str, number: u64, run: Run, is_made: bool, now: Moment) {
        if let Some(active) = self.active.get_mut(name) {
            *active -= 1;
            if *active == 0 {
                self.active.remove(name);
            }
        }
        let Some(entry) = self.entries.get_mut(name) else {
            return;
        };
        if !entry.spec.overlaps {
            entry.blocked = now;
        }
        if entry.number == number {
            if is_made {
                entry.made = entry.made.max(run.scheduled);
                if entry.spec.missed.repeats() && !entry.spec.overlaps {
                    self.store(name);
                }
            } else {
                entry.waiting.push_front(run);
            }
        }
        if self
            .entries
            .get(name)
            .is_some_and(|it| !it.waiting.is_empty())
        {
            self.ready.push_back(name.to_owned());
        }
        self.end_if_over(name);
    }

    /// Stores how far the calls of a timer are made.
    fn store(&mut self, name: &str) {
        if let Some(entry) = self.entries.get(name) {
            let last = entry.made.0;
            let name = name.to_owned();
            self.changes.push(Change::Done { name, last });
        }
    }

    /// Removes a timer of the actor that has no further calls.
    fn end_if_over(&mut self, name: &str) {
        let is_over = |entry: &Entry| entry.spec.own && entry.is_over();
        if !self.is_active(name) && self.entries.get(name).is_some_and(is_over) {
            self.remove(name);
        }
    }
}
