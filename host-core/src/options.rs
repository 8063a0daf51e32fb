//! What can be chosen for an actor, and for the host as a whole.

use crate::error::Error;
use capwire_wapc::ResourceLimits;
use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::RangeInclusive;
use std::thread::available_parallelism;
use std::time::Duration;

/// How one actor runs.
///
/// ```
/// use capwire_host::{ActorOptions, Instances};
/// use std::num::NonZeroUsize;
///
/// let mut options = ActorOptions::default();
/// options.instances = Instances::Shared(NonZeroUsize::MIN); // one memory, one call at a time
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActorOptions {
    /// What each of its instances may use.
    pub limits: ResourceLimits,
    /// How long a call may take, waiting included.
    pub deadline: Duration,
    /// How long a call may compute, and so may the start functions of an instance. What is done
    /// for a host call before it waits counts too; waiting does not. The first slice of a call is
    /// measured by the clock on the wall, all that follows by the thread's CPU time.
    pub cpu_budget: Duration,
    /// How long it may take to make an instance and to run its start functions. Engines cannot be
    /// stopped while they make one: it is waited for no longer, and given up or kept when it is made.
    pub start_deadline: Duration,
    /// Its instances.
    pub instances: Instances,
    /// After how many calls an instance is replaced; never if `None`.
    pub calls_per_instance: Option<NonZeroU64>,
    /// How many calls may wait for a free instance. One more is told that the actor is busy.
    pub queue: usize,
}

/// Which instances an actor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Instances {
    /// Up to so many, kept warm. Each keeps its memory from call to call, and there is no promise
    /// which one answers. With one there is one memory and one call at a time.
    Shared(NonZeroUsize),
    /// A new one for each call, up to so many at once.
    Fresh(NonZeroUsize),
}

impl Instances {
    /// How many there may be at once.
    #[must_use]
    pub fn max(self) -> usize {
        match self {
            Self::Shared(max) | Self::Fresh(max) => max.get(),
        }
    }
}

impl Default for Instances {
    /// Shared, two for each core.
    fn default() -> Self {
        let cores = available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self::Shared(cores.saturating_mul(NonZeroUsize::MIN.saturating_add(1)))
    }
}

impl Default for ActorOptions {
    /// The default [`ResourceLimits`] and [`Instances`], 30 s for a call of which it may compute 1 s, 5 s
    /// to start, and 1,024 waiting calls.
    fn default() -> Self {
        Self {
            limits: ResourceLimits::default(),
            deadline: Duration::from_secs(30),
            cpu_budget: Duration::from_secs(1),
            start_deadline: Duration::from_secs(5),
            instances: Instances::default(),
            calls_per_instance: None,
            queue: 1_024,
        }
    }
}

/// Pages of a memory of 4 GiB, beyond which no module can address anything.
const MOST_PAGES: u32 = 65_536;

/// On every engine enough for the calls that compilers make of plain code, and no more than an
/// engine has to set aside for each call.
const STACK_BYTES: RangeInclusive<usize> = 16 * 1024..=8 * 1024 * 1024;

impl ActorOptions {
    /// All options within which no actor could run, or that would not hold, on whatever engine: a
    /// slice of nothing, and times that are shorter than a slice; no memory, or more than 65,536
    /// pages; messages of nothing; a stack below 16 KiB or above 8 MiB; more instances than can be
    /// counted. A host refuses to start an actor with any of them.
    ///
    /// ```
    /// use capwire_host::ActorOptions;
    ///
    /// let mut options = ActorOptions::default();
    /// assert!(options.faults().is_empty());
    /// options.limits.memory_pages = 1 << 20;
    /// assert_eq!(options.faults()[0].option, "limits.memory_pages");
    /// ```
    #[must_use]
    pub fn faults(&self) -> Vec<OptionError> {
        let broken = self.rules().into_iter().filter(|(_, kept, _)| !kept);
        broken
            .map(|(option, _, fault)| OptionError { option, fault })
            .collect()
    }

    /// # Errors
    /// The first of the [`faults`](Self::faults).
    pub(crate) fn check(&self) -> Result<(), Error> {
        let first = self.faults().into_iter().next();
        first.map_or(Ok(()), |fault| Err(fault.into()))
    }

    /// What must be: of which option, whether it is so, and in words.
    fn rules(&self) -> [(&'static str, bool, &'static str); 8] {
        let Self { limits, .. } = self;
        let whole_slice = |time: Duration| !time.is_zero() && time >= limits.slice;
        let no_shorter = "must not be shorter than a slice, since guests are stopped at its end";
        [
            ("deadline", whole_slice(self.deadline), no_shorter),
            ("cpu_budget", whole_slice(self.cpu_budget), no_shorter),
            (
                "start_deadline",
                whole_slice(self.start_deadline),
                no_shorter,
            ),
            (
                "limits.slice",
                !limits.slice.is_zero(),
                "must be longer than nothing",
            ),
            (
                "limits.memory_pages",
                (1..=MOST_PAGES).contains(&limits.memory_pages),
                "must be from one page of 64 KiB to 4 GiB",
            ),
            (
                "limits.message_bytes",
                limits.message_bytes > 0,
                "must be a byte at least",
            ),
            (
                "limits.stack_bytes",
                STACK_BYTES.contains(&limits.stack_bytes),
                "must be from 16 KiB to 8 MiB",
            ),
            (
                "instances",
                self.instances.max() <= tokio::sync::Semaphore::MAX_PERMITS,
                "must be no more than a host can count",
            ),
        ]
    }

    /// After how many calls an instance is replaced.
    pub(crate) fn calls_of_an_instance(&self) -> u64 {
        match self.instances {
            Instances::Fresh(_) => 1,
            Instances::Shared(_) => self.calls_per_instance.map_or(u64::MAX, NonZeroU64::get),
        }
    }
}

/// An option within which no actor could run, or that would not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the option `{option}` {fault}")]
#[non_exhaustive]
pub struct OptionError {
    /// Which, as in `limits.stack_bytes`.
    pub option: &'static str,
    /// What it must be, as in `must be longer than nothing`.
    pub fault: &'static str,
}

impl From<OptionError> for Error {
    fn from(error: OptionError) -> Self {
        Self::option(error.option, error.fault)
    }
}

/// What holds for the whole host.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostOptions {
    /// How actors run that are started without options of their own.
    pub actors: ActorOptions,
    /// How many actors may call one another in a chain.
    pub call_depth: NonZeroUsize,
    /// How long running calls may go on after their actor was told to stop, and providers may
    /// take to end a binding.
    pub drain: Duration,
    /// How long a provider may take to bind an actor.
    pub bind: Duration,
    /// How many modules are compiled at once.
    pub compilations: NonZeroUsize,
    /// How many events are kept for a slow listener.
    pub events: NonZeroUsize,
    /// Whether calls are counted and timed for [`Host::metrics`](crate::Host::metrics).
    pub metrics: bool,
}

impl Default for HostOptions {
    /// Chains of 16 calls, 10 s to drain, 30 s to bind, one compilation at a time, 1,024 events, no
    /// metrics.
    fn default() -> Self {
        Self {
            actors: ActorOptions::default(),
            call_depth: NonZeroUsize::MIN.saturating_add(15),
            drain: Duration::from_secs(10),
            bind: Duration::from_secs(30),
            compilations: NonZeroUsize::MIN,
            events: NonZeroUsize::MIN.saturating_add(1_023),
            metrics: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ActorOptions, HostOptions, Instances};
    use crate::{ErrorKind, Host};
    use capwire_engine_fake::Fake;
    use std::num::NonZeroUsize;
    use std::time::Duration;

    type Change = fn(&mut ActorOptions);

    fn changed(change: Change) -> ActorOptions {
        let mut options = ActorOptions::default();
        change(&mut options);
        options
    }

    #[test]
    fn nonsense_is_refused_by_its_name() {
        const SHORT: Duration = Duration::from_micros(999);
        let nonsense: &[(&str, Change)] = &[
            ("deadline", |it| it.deadline = Duration::ZERO),
            ("deadline", |it| it.deadline = SHORT),
            ("cpu_budget", |it| it.cpu_budget = Duration::ZERO),
            ("cpu_budget", |it| it.cpu_budget = SHORT),
            ("cpu_budget", |it| it.limits.slice = it.cpu_budget + SHORT),
            ("start_deadline", |it| it.start_deadline = Duration::ZERO),
            ("start_deadline", |it| it.start_deadline = SHORT),
            ("limits.slice", |it| it.limits.slice = Duration::ZERO),
            ("limits.memory_pages", |it| it.limits.memory_pages = 0),
            ("limits.memory_pages", |it| it.limits.memory_pages = 65_537),
            ("limits.message_bytes", |it| it.limits.message_bytes = 0),
            ("limits.stack_bytes", |it| it.limits.stack_bytes = 0),
            ("limits.stack_bytes", |it| it.limits.stack_bytes = 16_383),
            ("limits.stack_bytes", |it| it.limits.stack_bytes = 8_388_609),
            ("instances", |it| {
                it.instances = Instances::Fresh(NonZeroUsize::MAX);
            }),
        ];
        for (option, change) in nonsense {
            let options = changed(*change);
            assert_eq!(options.faults()[0].option, *option);
            let error = options.check().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            let text = format!("the option `{option}` must ");
            assert!(error.to_string().starts_with(&text), "{error}");
        }
    }

    #[test]
    fn the_least_and_the_most_are_accepted() {
        let accepted: [Change; 6] = [
            |_| {},
            |it| it.limits.memory_pages = 1,
            |it| it.limits.memory_pages = 65_536,
            |it| it.limits.stack_bytes = 16 << 10,
            |it| it.limits.stack_bytes = 8 << 20,
            |it| {
                let moment = Duration::from_nanos(1);
                (it.limits.slice, it.cpu_budget, it.deadline) = (moment, moment, moment);
                it.start_deadline = Duration::MAX;
                (it.queue, it.limits.table_elements, it.limits.message_bytes) = (0, 0, 1);
            },
        ];
        for change in accepted {
            assert_eq!(changed(change).faults(), []);
        }
    }

    #[test]
    fn all_nonsense_is_told() {
        let options =
            changed(|it| (it.queue, it.limits.stack_bytes, it.deadline) = (0, 1, Duration::ZERO));
        let faults = options.faults();
        let faults: Vec<_> = faults.iter().map(|fault| fault.option).collect();
        assert_eq!(faults, ["deadline", "limits.stack_bytes"]);
    }

    #[test]
    fn a_host_is_not_made_with_nonsense() {
        let mut options = HostOptions::default();
        options.actors.limits.stack_bytes = 1;
        let error = Host::builder(Fake::new())
            .options(options)
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(
            error.to_string().contains("`limits.stack_bytes`"),
            "{error}"
        );
    }
}
