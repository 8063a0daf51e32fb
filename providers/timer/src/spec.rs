//! The description of a timer, before it has a state.

use crate::clock::Moment;
use crate::cron::Cron;
use crate::missed::Missed;
use crate::schedule::Schedule;
use crate::zone::Zone;
use std::sync::Arc;
use std::time::Duration;

/// The longest name of a timer in bytes.
pub(crate) const LONGEST_NAME: usize = 128;
/// The shortest interval.
pub(crate) const SHORTEST: Duration = Duration::from_millis(100);
/// A day, the longest jitter.
pub(crate) const DAY: Duration = Duration::from_secs(86_400);
/// The longest interval, and the farthest single time: about a hundred years.
pub(crate) const LONGEST: Duration = Duration::from_secs(36_525 * 86_400);

/// A timer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spec {
    pub(crate) times: Times,
    pub(crate) jitter: Duration,
    pub(crate) missed: Missed,
    pub(crate) overlaps: bool,
    /// The number of times that a failed call is made again, or `None` for that of the binding.
    pub(crate) retries: Option<u32>,
    pub(crate) payload: Arc<[u8]>,
    /// `true` if the actor has set the timer.
    pub(crate) own: bool,
}

/// The times of a timer, before it is known from when they count.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Times {
    Cron(Box<Cron>),
    Every(Duration),
    At(Moment),
}

impl Times {
    /// Returns the schedule of a timer that counts from `from`.
    pub(crate) fn from(&self, from: Moment) -> Schedule {
        match self {
            Self::Cron(cron) => Schedule::Cron(cron.clone()),
            Self::Every(period) => Schedule::Every {
                period: *period,
                from,
            },
            Self::At(at) => Schedule::Once(*at),
        }
    }

    /// Reads a cron pattern in a time zone.
    ///
    /// # Errors
    /// Returns the fault as a part of a sentence.
    pub(crate) fn cron(text: &str, zone: Zone) -> Result<Self, String> {
        Ok(Self::Cron(Cron::read(text, zone)?.into()))
    }
}

/// Checks the name of a timer.
///
/// # Errors
/// Returns the fault as a part of a sentence.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.len() > LONGEST_NAME {
        return Err(format!("must have 1 to {LONGEST_NAME} bytes"));
    }
    match name.chars().any(|c| c.is_control() || c.is_whitespace()) {
        true => Err("must have neither white space nor control characters".to_owned()),
        false => Ok(()),
    }
}
