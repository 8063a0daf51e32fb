//! Options of an actor, and of the host as a whole.

mod canary;
mod chain;
mod provider;
mod setters;

pub use canary::{Canary, Proportion, ProportionError};
pub use chain::ChainRule;
pub use provider::{ProviderOptions, ProviderSwapOptions};

use crate::error::Error;
use capwire_limits::Limit;
use capwire_wapc::{PAGE_SIZE, ResourceLimits};
use std::num::{NonZeroU64, NonZeroUsize};
use std::thread::available_parallelism;
use std::time::Duration;

/// Options of one actor. [`Limit`] has the range, the default and the key in manifests of each limit.
///
/// ```
/// use capwire_host::{ActorOptions, Instances};
/// use std::num::NonZeroUsize;
///
/// // One memory, one call at a time.
/// let options = ActorOptions::default().with_instances(Instances::Shared(NonZeroUsize::MIN));
/// assert_eq!(options.instances.max(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActorOptions {
    /// The resource limits of each of its instances.
    pub limits: ResourceLimits,
    /// The maximum time of a call, including waiting. Default: 30 s.
    pub deadline: Duration,
    /// The maximum CPU time of a call with all that it causes, and of the start functions of an
    /// instance. Calls of other actors and the work of providers count; waiting does not. The first
    /// slice of a call is measured by the wall clock, and later slices by the CPU time of the thread.
    /// Default: 1 s.
    pub cpu_budget: Duration,
    /// The maximum time to create an instance and run its start functions. An engine cannot be
    /// interrupted while it creates an instance. After this time nobody waits for the instance, and
    /// the host keeps or drops it when it is ready. Default: 5 s.
    pub start_deadline: Duration,
    /// The instances of the actor. Default: shared, two for each core.
    pub instances: Instances,
    /// The number of calls after which an instance is replaced. `None`, the default, means never.
    pub calls_per_instance: Option<NonZeroU64>,
    /// The maximum number of calls that wait for a free instance. Further calls fail because the
    /// actor is busy. Default: 1,024.
    pub queue: usize,
    /// The authority by which it acts for other actors. The policy can ask for a narrower one. Default:
    /// [`ChainRule::Own`].
    pub chain: ChainRule,
}

/// The instances of an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Instances {
    /// At most this many instances, which are reused. Each instance keeps its memory between calls,
    /// and any of them may serve a call. With one instance there is one memory and one call at a
    /// time.
    Shared(NonZeroUsize),
    /// A new instance for each call, at most this many at once.
    Fresh(NonZeroUsize),
}

impl Instances {
    /// Returns the maximum number of instances.
    #[must_use]
    pub fn max(self) -> usize {
        match self {
            Self::Shared(max) | Self::Fresh(max) => max.get(),
        }
    }
}

impl Default for Instances {
    /// Returns shared instances, two for each core.
    fn default() -> Self {
        let cores = available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self::Shared(cores.saturating_mul(NonZeroUsize::MIN.saturating_add(1)))
    }
}

impl Default for ActorOptions {
    /// Returns the defaults that each field names.
    fn default() -> Self {
        Self {
            limits: ResourceLimits::default(),
            deadline: Duration::from_secs(30),
            cpu_budget: Duration::from_secs(1),
            start_deadline: Duration::from_secs(5),
            instances: Instances::default(),
            calls_per_instance: None,
            queue: 1_024,
            chain: ChainRule::default(),
        }
    }
}

impl ActorOptions {
    /// Returns the amount of `limit` in its [unit](Limit::unit), rounded up. `None` means that
    /// instances are never replaced.
    ///
    /// ```
    /// use capwire_host::{ActorOptions, Limit};
    ///
    /// assert_eq!(ActorOptions::default().limit(Limit::StartDeadline), Some(5_000_000));
    /// ```
    #[must_use]
    pub fn limit(&self, limit: Limit) -> Option<u64> {
        let amount = match limit {
            Limit::Memory => u64::from(self.limits.memory_pages) * PAGE_SIZE,
            Limit::Message => self.limits.message_bytes as u64,
            Limit::TableElements => self.limits.table_elements.into(),
            Limit::Stack => self.limits.stack_bytes as u64,
            Limit::Slice => microseconds(self.limits.slice),
            Limit::Cpu => microseconds(self.cpu_budget),
            Limit::Deadline => microseconds(self.deadline),
            Limit::StartDeadline => microseconds(self.start_deadline),
            Limit::Instances => self.instances.max() as u64,
            Limit::CallsPerInstance => return self.calls_per_instance.map(NonZeroU64::get),
            Limit::Queue => self.queue as u64,
        };
        Some(amount)
    }

    /// Sets `limit` to an `amount` in its [unit](Limit::unit). An amount that this machine cannot
    /// represent becomes its largest; [`faults`](Self::faults) reports amounts that no actor can
    /// have. Replaces the instances with [`Shared`](Instances::Shared).
    pub fn set_limit(&mut self, limit: Limit, amount: u64) {
        let bounded_u32 = |amount| u32::try_from(amount).unwrap_or(u32::MAX);
        let bounded = |amount| usize::try_from(amount).unwrap_or(usize::MAX);
        let time = Duration::from_micros(amount);
        match limit {
            Limit::Memory => self.limits.memory_pages = bounded_u32(amount / PAGE_SIZE),
            Limit::Message => self.limits.message_bytes = bounded(amount),
            Limit::TableElements => self.limits.table_elements = bounded_u32(amount),
            Limit::Stack => self.limits.stack_bytes = bounded(amount),
            Limit::Slice => self.limits.slice = time,
            Limit::Cpu => self.cpu_budget = time,
            Limit::Deadline => self.deadline = time,
            Limit::StartDeadline => self.start_deadline = time,
            Limit::Instances => {
                let count = NonZeroUsize::new(bounded(amount)).unwrap_or(NonZeroUsize::MIN);
                self.instances = Instances::Shared(count);
            }
            Limit::CallsPerInstance => self.calls_per_instance = NonZeroU64::new(amount),
            Limit::Queue => self.queue = bounded(amount),
        }
    }

    /// Returns all limits with which no actor could run, or that no engine could enforce: amounts
    /// outside the limit's [range](Limit::range), and times shorter than a slice. A host refuses to
    /// start an actor with any of them.
    ///
    /// ```
    /// use capwire_host::{ActorOptions, Limit};
    ///
    /// let mut options = ActorOptions::default();
    /// assert!(options.faults().is_empty());
    /// options.limits.memory_pages = 1 << 20;
    /// assert_eq!(options.faults()[0].limit, Limit::Memory);
    /// ```
    #[must_use]
    pub fn faults(&self) -> Vec<OptionError> {
        let all = Limit::ALL.iter().copied();
        all.filter_map(|limit| {
            let fault = self.fault(limit)?;
            Some(OptionError { limit, fault })
        })
        .collect()
    }

    /// # Errors
    /// The first of the [`faults`](Self::faults).
    pub(crate) fn check(&self) -> Result<(), Error> {
        let first = self.faults().into_iter().next();
        first.map_or(Ok(()), |fault| Err(fault.into()))
    }

    fn fault(&self, limit: Limit) -> Option<OptionFault> {
        if !limit.range().contains(&self.limit(limit)?) {
            return Some(OptionFault::OutOfRange);
        }
        let time = match limit {
            Limit::Cpu => self.cpu_budget,
            Limit::Deadline => self.deadline,
            Limit::StartDeadline => self.start_deadline,
            _ => return None,
        };
        (time < self.limits.slice).then_some(OptionFault::ShorterThanSlice)
    }

    /// Returns the number of calls after which an instance is replaced.
    pub(crate) fn calls_of_an_instance(&self) -> u64 {
        match self.instances {
            Instances::Fresh(_) => 1,
            Instances::Shared(_) => self.calls_per_instance.map_or(u64::MAX, NonZeroU64::get),
        }
    }
}

/// Rounds up, so that only zero becomes zero.
fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(1_000)).unwrap_or(u64::MAX)
}

/// A limit with which no actor could run, or that no engine could enforce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the option `{}` {}", limit.option(), self.requirement())]
#[non_exhaustive]
pub struct OptionError {
    /// The limit.
    pub limit: Limit,
    /// The reason.
    pub fault: OptionFault,
}

/// The reason for an [`OptionError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionFault {
    /// The amount is outside the limit's [range](Limit::range).
    OutOfRange,
    /// A time is shorter than a slice, but a guest stops only at the end of a slice.
    ShorterThanSlice,
}

impl OptionError {
    /// Returns what the limit must be, as in `must be 16KiB to 8MiB`.
    #[must_use]
    pub fn requirement(&self) -> String {
        match self.fault {
            OptionFault::OutOfRange => format!("must be {}", self.limit.range_text()),
            OptionFault::ShorterThanSlice => {
                "must not be shorter than a slice, since a guest is stopped only at the end of one"
                    .to_owned()
            }
        }
    }
}

impl From<OptionError> for Error {
    fn from(error: OptionError) -> Self {
        Self::option(error.limit.option(), error.requirement())
    }
}

/// Options of the whole host.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostOptions {
    /// The options of actors that are started without their own.
    pub actors: ActorOptions,
    /// The maximum number of actors in a chain of calls. Default: 16.
    pub call_depth: NonZeroUsize,
    /// The maximum time for calls in progress to finish when their actor stops, and for providers
    /// to end a binding. Default: 8 s, so that a process that has 10 s to end keeps 2 s for the
    /// rest.
    pub drain: Duration,
    /// The maximum time that a provider may take to bind an actor, and to open. Default: 30 s.
    pub bind: Duration,
    /// The options of providers.
    pub providers: ProviderOptions,
    /// The maximum number of modules that are compiled at once. Default: 1.
    pub compilations: NonZeroUsize,
    /// The maximum number of events that are kept for a slow listener. Default: 1,024.
    pub events: NonZeroUsize,
    /// `true` to count and time calls for [`Host::metrics`](crate::Host::metrics). Default: `false`.
    pub metrics: bool,
}

impl Default for HostOptions {
    /// Returns the defaults that each field names.
    fn default() -> Self {
        Self {
            actors: ActorOptions::default(),
            call_depth: NonZeroUsize::MIN.saturating_add(15),
            drain: Duration::from_secs(8),
            bind: Duration::from_secs(30),
            providers: ProviderOptions::default(),
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
    use capwire_limits::{DefaultValue, Limit};
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
        let nonsense: &[(Limit, Change)] = &[
            (Limit::Deadline, |it| it.deadline = Duration::ZERO),
            (Limit::Deadline, |it| it.deadline = SHORT),
            (Limit::Cpu, |it| it.cpu_budget = Duration::ZERO),
            (Limit::Cpu, |it| it.cpu_budget = SHORT),
            (Limit::Cpu, |it| it.limits.slice = it.cpu_budget + SHORT),
            (Limit::StartDeadline, |it| {
                it.start_deadline = Duration::ZERO;
            }),
            (Limit::StartDeadline, |it| it.start_deadline = SHORT),
            (Limit::Slice, |it| it.limits.slice = Duration::ZERO),
            (Limit::Memory, |it| it.limits.memory_pages = 0),
            (Limit::Memory, |it| it.limits.memory_pages = 65_537),
            (Limit::Message, |it| it.limits.message_bytes = 0),
            (Limit::Stack, |it| it.limits.stack_bytes = 0),
            (Limit::Stack, |it| it.limits.stack_bytes = 16_383),
            (Limit::Stack, |it| it.limits.stack_bytes = 8_388_609),
            (Limit::Instances, |it| {
                it.instances = Instances::Fresh(NonZeroUsize::MAX);
            }),
        ];
        for (limit, change) in nonsense {
            let options = changed(*change);
            assert_eq!(options.faults()[0].limit, *limit);
            let error = options.check().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            let text = format!("the option `{}` must ", limit.option());
            assert!(error.to_string().starts_with(&text), "{error}");
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_table() {
        let options = ActorOptions::default();
        for &limit in Limit::ALL {
            match limit.default() {
                DefaultValue::Amount(amount) => assert_eq!(options.limit(limit), Some(amount)),
                DefaultValue::Words(_) => assert!(
                    [Limit::Instances, Limit::CallsPerInstance].contains(&limit),
                    "{limit:?}"
                ),
            }
        }
    }

    #[test]
    fn each_limit_that_is_set_is_told_again_and_changes_no_other() {
        for &limit in Limit::ALL {
            let mut options = ActorOptions::default();
            let amount = 7 * limit.multiple_of();
            options.set_limit(limit, amount);
            assert_eq!(options.limit(limit), Some(amount), "{limit:?}");
            let default = ActorOptions::default();
            let changed = Limit::ALL.iter();
            let changed = changed.filter(|other| options.limit(**other) != default.limit(**other));
            assert_eq!(changed.collect::<Vec<_>>(), [&limit]);
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
        let faults: Vec<_> = faults.iter().map(|fault| fault.limit).collect();
        assert_eq!(faults, [Limit::Stack, Limit::Deadline]);
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
