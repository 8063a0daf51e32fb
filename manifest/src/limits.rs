//! The limits of actors: first texts with places, then amounts.

use crate::error::{ManifestError, Problem};
use crate::model::At;
use capwire_limits::Limit;
use std::collections::BTreeMap;

/// The amounts of those limits that a manifest sets, each in its [unit](Limit::unit) and in its
/// [range](Limit::range).
///
/// ```
/// use capwire_manifest::{Limit, Manifest};
///
/// let manifest = Manifest::parse(
///     "limits: { cpu: 200ms, queue: 10 }
/// actors: [{ path: counter.wasm, limits: { cpu: 50ms } }]",
/// )?;
/// let everybody = manifest.limits.read().map_err(|mut faults| faults.remove(0))?;
/// let counter = manifest.actors[0].limits.read().map_err(|mut faults| faults.remove(0))?;
/// let counter = counter.or(&everybody);
/// assert_eq!(counter.get(Limit::Cpu), Some(50_000));
/// assert_eq!(counter.get(Limit::Queue), Some(10));
/// assert_eq!(counter.get(Limit::Memory), None);
/// # Ok::<(), capwire_manifest::ManifestError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActorLimits(BTreeMap<Limit, u64>);

impl ActorLimits {
    /// Returns the amount of `limit`, if the manifest sets it.
    #[must_use]
    pub fn get(&self, limit: Limit) -> Option<u64> {
        self.0.get(&limit).copied()
    }

    /// Returns these limits, and those of `others` that these do not set.
    #[must_use]
    pub fn or(&self, others: &Self) -> Self {
        let mut limits = others.0.clone();
        limits.extend(&self.0);
        Self(limits)
    }

    /// Returns each limit that the manifest sets, with its amount.
    pub fn iter(&self) -> impl Iterator<Item = (Limit, u64)> {
        self.0.iter().map(|(limit, amount)| (*limit, *amount))
    }
}

/// The limits of a manifest as they are written. [`Manifest::expand`](crate::Manifest::expand)
/// replaces the variables in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitTexts {
    /// The path of the mapping in the manifest, from the root.
    field: String,
    texts: BTreeMap<Limit, At<String>>,
}

impl LimitTexts {
    /// Returns the amounts in the texts.
    ///
    /// # Errors
    /// Returns all errors in texts that had variables. [`Manifest::parse`](crate::Manifest::parse)
    /// checks the others.
    pub fn read(&self) -> Result<ActorLimits, Vec<ManifestError>> {
        let mut amounts = BTreeMap::new();
        let mut faults = Vec::new();
        for (limit, text) in &self.texts {
            match amount(*limit, &text.value) {
                Ok(amount) => drop(amounts.insert(*limit, amount)),
                Err(problem) => faults.push(self.fault(*limit, text, problem)),
            }
        }
        match faults.is_empty() {
            true => Ok(ActorLimits(amounts)),
            false => Err(faults),
        }
    }

    /// Returns the text of `limit` and its place, if the manifest sets it.
    #[must_use]
    pub fn get(&self, limit: Limit) -> Option<&At<String>> {
        self.texts.get(&limit)
    }

    pub(crate) fn new(field: &str) -> Self {
        Self {
            field: field.to_owned(),
            texts: BTreeMap::new(),
        }
    }

    pub(crate) fn insert(&mut self, limit: Limit, text: At<String>) {
        self.texts.insert(limit, text);
    }

    /// Removes each text that is wrong for any values of its variables.
    pub(crate) fn take_wrong(&mut self) -> Vec<ManifestError> {
        let mut faults = Vec::new();
        let texts = std::mem::take(&mut self.texts);
        for (limit, text) in texts {
            match amount(limit, &text.value) {
                Err(problem) if !text.value.contains("${") => {
                    faults.push(self.fault(limit, &text, problem));
                }
                _ => self.insert(limit, text),
            }
        }
        faults
    }

    pub(crate) fn texts_mut(&mut self) -> impl Iterator<Item = &mut At<String>> {
        self.texts.values_mut()
    }

    fn fault(&self, limit: Limit, text: &At<String>, problem: Problem) -> ManifestError {
        ManifestError {
            position: Some(text.position),
            field: format!("{}.{}", self.field, limit.key()),
            problem,
        }
    }
}

/// Parses the amount in `text`, and checks that `limit` can have it.
fn amount(limit: Limit, text: &str) -> Result<u64, Problem> {
    let found = text.to_owned();
    let Some(amount) = limit.unit().parse(text) else {
        return Err(Problem::NoAmount { limit, found });
    };
    if !limit.range().contains(&amount) {
        return Err(Problem::OutOfRange { limit, found });
    }
    match amount.is_multiple_of(limit.multiple_of()) {
        true => Ok(amount),
        false => Err(Problem::NoMultiple {
            limit,
            amount,
            found,
        }),
    }
}
