//! `capwire:timer`: calls at set times.
//!
//! The host calls the handler `timer` for the timers of the binding, and for those that the actor sets.
//!
//! ```
//! use capwire_actor::prelude::*;
//! use capwire_actor::timer::Firing;
//! use std::time::Duration;
//!
//! actor! {
//!     op("Order") => order,
//!     timer => remind,
//! }
//!
//! fn order(number: u32) -> Result<()> {
//!     let name = format!("order-{number}");
//!     timer::default().after(&name, Duration::from_secs(60), number.to_string())?;
//!     Ok(())
//! }
//!
//! fn remind(firing: Firing) -> Result<()> {
//!     console_log!("nobody has paid for {}", firing.name);
//!     Ok(())
//! }
//!
//! // Tests set the time.
//! # use capwire_actor::testing::FakeHost;
//! let host = FakeHost::new();
//! let () = host.call(&ACTOR, "Order", &7_u32)?;
//! assert_eq!(host.advance(&ACTOR, Duration::from_secs(59))?, 0);
//! assert_eq!(host.advance(&ACTOR, Duration::from_secs(1))?, 1);
//! assert_eq!(host.console(), ["nobody has paid for order-7"]);
//! # Ok::<(), Error>(())
//! ```

use crate::target::{CallError, Target, capability};
use capwire_contracts::timer::{
    self as contract, CancelRequest, CancelResponse, ListRequest, ListResponse, SetResponse,
};
use core::time::Duration;

pub use capwire_contracts::timer::{ErrorClass, Firing, OP_FIRE, State, Timer};

/// Returns the timers of the binding `default`.
#[must_use]
pub fn default() -> Timers {
    Timers(capability(contract::CONTRACT))
}

/// Returns the timers of the binding `name`.
#[must_use]
pub fn named(name: &str) -> Timers {
    Timers(capability(contract::CONTRACT).named(name))
}

/// A client for timers.
///
/// A timer replaces the one that the actor has set under the same name. Methods that set one return the
/// time of its first call, in milliseconds since the Unix epoch. Each method returns a [`CallError`] if the
/// actor may not use timers, or the provider refuses the timer. [`class`] returns the class of such an
/// error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timers(Target);

/// The type describes the errors of all methods.
#[expect(clippy::missing_errors_doc, reason = "the type documents the errors")]
impl Timers {
    /// Sets a timer for one call after `time`.
    pub fn after(
        &self,
        name: &str,
        time: Duration,
        payload: impl Into<Vec<u8>>,
    ) -> Result<i64, CallError> {
        self.set(&Timer {
            after: millis(time),
            ..timer(name, payload)
        })
    }

    /// Sets a timer for one call at a time in milliseconds since the Unix epoch.
    pub fn at(&self, name: &str, at: i64, payload: impl Into<Vec<u8>>) -> Result<i64, CallError> {
        self.set(&Timer {
            at,
            ..timer(name, payload)
        })
    }

    /// Sets a timer for a call after each `period`.
    pub fn every(
        &self,
        name: &str,
        period: Duration,
        payload: impl Into<Vec<u8>>,
    ) -> Result<i64, CallError> {
        self.set(&Timer {
            every: millis(period),
            ..timer(name, payload)
        })
    }

    /// Sets a timer for the times of a cron pattern with five fields. An empty `zone` stands for the time
    /// zone of the binding.
    ///
    /// ```
    /// use capwire_actor::{contracts::timer::SetResponse, testing::FakeHost, timer};
    ///
    /// let answer = SetResponse { next: 1_830_297_600_000 };
    /// let host = FakeHost::new().respond("capwire:timer", "Set", &answer);
    /// let next = host.run(|| timer::default().cron("report", "0 3 * * *", "Europe/Berlin", ""));
    /// assert_eq!(next.unwrap(), answer.next);
    /// ```
    pub fn cron(
        &self,
        name: &str,
        pattern: &str,
        zone: &str,
        payload: impl Into<Vec<u8>>,
    ) -> Result<i64, CallError> {
        self.set(&Timer {
            cron: pattern.to_owned(),
            zone: zone.to_owned(),
            ..timer(name, payload)
        })
    }

    /// Sets a timer.
    pub fn set(&self, timer: &Timer) -> Result<i64, CallError> {
        let SetResponse { next } = self.0.call(contract::OP_SET, timer)?;
        Ok(next)
    }

    /// Ends a timer that the actor has set. Returns `false` if there is none of this name.
    pub fn cancel(&self, name: &str) -> Result<bool, CallError> {
        let name = name.to_owned();
        let CancelResponse { existed } =
            self.0.call(contract::OP_CANCEL, &CancelRequest { name })?;
        Ok(existed)
    }

    /// Returns the timers of the binding whose names begin with `prefix`, in the order of their names.
    pub fn list(&self, prefix: &str) -> Result<Vec<State>, CallError> {
        let prefix = prefix.to_owned();
        let ListResponse { timers } = self.0.call(contract::OP_LIST, &ListRequest { prefix })?;
        Ok(timers)
    }
}

fn timer(name: &str, payload: impl Into<Vec<u8>>) -> Timer {
    Timer {
        name: name.to_owned(),
        payload: payload.into(),
        ..Timer::default()
    }
}

/// Returns a time in whole milliseconds, at least one.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1)
}

/// Returns the class of the error of a timer, or `None` if the error is another one.
///
/// ```
/// use capwire_actor::testing::FakeHost;
/// use capwire_actor::timer::{self, ErrorClass};
///
/// let full = "full: the actor has 100 timers";
/// let host = FakeHost::new().refuse("capwire:timer", "Set", full);
/// let error = host.run(|| timer::default().at("a", 1_000, "")).unwrap_err();
/// assert_eq!(timer::class(&error), Some(ErrorClass::Full));
/// ```
#[must_use]
pub fn class(error: &CallError) -> Option<ErrorClass> {
    match error {
        CallError::Refused { reason, .. } => ErrorClass::of(reason),
        _ => None,
    }
}
