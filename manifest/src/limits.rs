//! What actors may use.

mod reader;

use crate::error::{ManifestError, Problem};
use crate::model::At;
use reader::Reader;
use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

/// All keys, in the order in which people are told of them.
pub(crate) const KEYS: &[&str] = &[
    "memory",
    "message",
    "table_elements",
    "stack",
    "slice",
    "cpu",
    "deadline",
    "start_deadline",
    "instances",
    "calls_per_instance",
    "queue",
];

/// What an actor may use, as far as a manifest says so. Each value is what people mean: what is
/// nothing at all, or more than WebAssembly has, is refused.
///
/// ```
/// use capwire_manifest::Manifest;
/// use std::time::Duration;
///
/// let manifest = Manifest::parse(
///     "limits: { cpu: 200ms, queue: 10 }
/// actors: [{ path: counter.wasm, limits: { cpu: 50ms } }]",
/// )?;
/// let everybody = manifest.limits.read().map_err(|mut faults| faults.remove(0))?;
/// let counter = manifest.actors[0].limits.read().map_err(|mut faults| faults.remove(0))?;
/// let counter = counter.or(&everybody);
/// assert_eq!(counter.cpu, Some(Duration::from_millis(50)));
/// assert_eq!(counter.queue, Some(10));
/// assert_eq!(counter.memory, None);
/// # Ok::<(), capwire_manifest::ManifestError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActorLimits {
    /// `memory`: bytes of linear memory, a multiple of 64 KiB, 4 GiB at most.
    pub memory: Option<u64>,
    /// `message`: bytes of the largest message, 4 GiB at most.
    pub message: Option<u64>,
    /// `table_elements`: elements of all tables together.
    pub table_elements: Option<u32>,
    /// `stack`: bytes of the call stack.
    pub stack: Option<u64>,
    /// `slice`: how long a guest computes before others have their turn.
    pub slice: Option<Duration>,
    /// `cpu`: how long a call may compute.
    pub cpu: Option<Duration>,
    /// `deadline`: how long a call may take, waiting included.
    pub deadline: Option<Duration>,
    /// `start_deadline`: how long an instance and its start functions may take.
    pub start_deadline: Option<Duration>,
    /// `instances`: how many calls are served at once.
    pub instances: Option<NonZeroU32>,
    /// `calls_per_instance`: after how many calls an instance is replaced.
    pub calls_per_instance: Option<NonZeroU64>,
    /// `queue`: how many calls may wait for an instance.
    pub queue: Option<u32>,
}

impl ActorLimits {
    /// These, and where they say nothing, those of `others`.
    #[must_use]
    pub fn or(&self, others: &Self) -> Self {
        Self {
            memory: self.memory.or(others.memory),
            message: self.message.or(others.message),
            table_elements: self.table_elements.or(others.table_elements),
            stack: self.stack.or(others.stack),
            slice: self.slice.or(others.slice),
            cpu: self.cpu.or(others.cpu),
            deadline: self.deadline.or(others.deadline),
            start_deadline: self.start_deadline.or(others.start_deadline),
            instances: self.instances.or(others.instances),
            calls_per_instance: self.calls_per_instance.or(others.calls_per_instance),
            queue: self.queue.or(others.queue),
        }
    }
}

/// What a manifest says of limits, as it is written. Variables in it are replaced by
/// [`Manifest::expand`](crate::Manifest::expand).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitTexts {
    /// Where it stands in the manifest, from the root.
    field: String,
    texts: Texts,
}

/// By their keys.
type Texts = BTreeMap<&'static str, At<String>>;

impl LimitTexts {
    /// What the texts mean.
    ///
    /// # Errors
    /// All that is wrong with those that had variables; a manifest with other faults is not read
    /// at all.
    pub fn read(&self) -> Result<ActorLimits, Vec<ManifestError>> {
        let mut reader = Reader::new(&self.texts, |_| true);
        let limits = reader.limits();
        match reader.wrong.is_empty() {
            true => Ok(limits),
            false => Err(self.faults(reader.wrong).collect()),
        }
    }

    /// What is written for `key`, and where.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&At<String>> {
        self.texts.get(key)
    }

    pub(crate) fn new(field: &str) -> Self {
        Self {
            field: field.to_owned(),
            texts: Texts::new(),
        }
    }

    pub(crate) fn insert(&mut self, key: &'static str, text: At<String>) {
        self.texts.insert(key, text);
    }

    /// Takes out whatever is wrong without waiting for variables.
    pub(crate) fn take_wrong(&mut self) -> Vec<ManifestError> {
        let mut reader = Reader::new(&self.texts, |text| !text.contains("${"));
        reader.limits();
        let wrong = reader.wrong;
        let faults = self.faults(wrong.clone()).collect();
        self.texts.retain(|key, _| !wrong.contains_key(key));
        faults
    }

    pub(crate) fn texts_mut(&mut self) -> impl Iterator<Item = &mut At<String>> {
        self.texts.values_mut()
    }

    fn faults(
        &self,
        wrong: BTreeMap<&'static str, Problem>,
    ) -> impl Iterator<Item = ManifestError> {
        wrong.into_iter().map(|(key, problem)| ManifestError {
            position: self.texts.get(key).map(|text| text.position),
            field: format!("{}.{key}", self.field),
            problem,
        })
    }
}
