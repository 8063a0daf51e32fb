//! What can be chosen for an actor, and for the host as a whole.

use crate::error::Error;
use capwire_wapc::Limits;
use std::num::{NonZeroU64, NonZeroUsize};
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
    pub limits: Limits,
    /// How long a call may take, waiting included.
    pub deadline: Duration,
    /// How long a call may compute, and so may the start functions of an instance. What is done
    /// for a host call before it waits counts too; waiting does not. The first slice of a call is
    /// measured by the clock on the wall, all that follows by the thread's CPU time.
    pub cpu_budget: Duration,
    /// How long the start functions of an instance may take.
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
    /// The default [`Limits`] and [`Instances`], 30 s for a call of which it may compute 1 s, 5 s
    /// to start, and 1,024 waiting calls.
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            deadline: Duration::from_secs(30),
            cpu_budget: Duration::from_secs(1),
            start_deadline: Duration::from_secs(5),
            instances: Instances::default(),
            calls_per_instance: None,
            queue: 1_024,
        }
    }
}

impl ActorOptions {
    /// Refuses what would make every call fail.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let times = [
            ("deadline", self.deadline),
            ("cpu_budget", self.cpu_budget),
            ("start_deadline", self.start_deadline),
            ("limits.slice", self.limits.slice),
        ];
        match times.iter().find(|(_, time)| time.is_zero()) {
            Some((option, _)) => Err(Error::option(option, "must be longer than nothing")),
            None if self.instances.max() > tokio::sync::Semaphore::MAX_PERMITS => {
                Err(Error::option("instances", "are more than a host can count"))
            }
            None => Ok(()),
        }
    }

    /// After how many calls an instance is replaced.
    pub(crate) fn calls_of_an_instance(&self) -> u64 {
        match self.instances {
            Instances::Fresh(_) => 1,
            Instances::Shared(_) => self.calls_per_instance.map_or(u64::MAX, NonZeroU64::get),
        }
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
