//! The timers of a fake host, whose time the test sets.

use super::FakeHost;
use crate::dispatch::Actor;
use crate::error::Result;
use capwire_contracts::codec;
use capwire_contracts::timer::{
    CancelRequest, CancelResponse, Firing, ListRequest, ListResponse, OP_CANCEL, OP_FIRE, OP_LIST,
    OP_SET, SetResponse, State, Timer,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// The time at which a test begins: 2026-01-01, in milliseconds since the Unix epoch.
const START: i64 = 1_767_225_600_000;

/// The timers that actors have set, by binding and name.
pub(super) struct Timers {
    now: i64,
    all: BTreeMap<(String, String), Set>,
}

#[derive(Clone)]
struct Set {
    next: i64,
    timer: Timer,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            now: START,
            all: BTreeMap::new(),
        }
    }
}

impl Timers {
    pub(super) fn call(
        &mut self,
        binding: &str,
        operation: &str,
        payload: &[u8],
    ) -> Result<Vec<u8>, String> {
        let answer = match operation {
            OP_SET => codec::encode(&self.set(binding, read(payload)?)?),
            OP_CANCEL => {
                let CancelRequest { name } = read(payload)?;
                let key = (binding.to_owned(), name);
                let existed = self.all.remove(&key).is_some();
                codec::encode(&CancelResponse { existed })
            }
            OP_LIST => codec::encode(&self.list(binding, &read(payload)?)),
            other => return Err(format!("unknown operation `{other}`")),
        };
        answer.map_err(|error| error.to_string())
    }

    fn set(&mut self, binding: &str, timer: Timer) -> Result<SetResponse, String> {
        let next = match (timer.every, timer.at, timer.after) {
            _ if !timer.cron.is_empty() => {
                let text =
                    "the fake host has no cron patterns: script `Set`, and call FakeHost::fire";
                return Err(text.to_owned());
            }
            (every, 0, 0) if every > 0 => self.after(every),
            (0, at, 0) if at != 0 => at.max(self.now),
            (0, 0, after) if after > 0 => self.after(after),
            _ => {
                return Err(
                    "schedule: a timer has exactly one of `cron`, `every`, `at` and `after`"
                        .to_owned(),
                );
            }
        };
        let key = (binding.to_owned(), timer.name.clone());
        self.all.insert(key, Set { next, timer });
        Ok(SetResponse { next })
    }

    fn after(&self, millis: u64) -> i64 {
        self.now.saturating_add_unsigned(millis)
    }

    fn list(&self, binding: &str, request: &ListRequest) -> ListResponse {
        let of_binding = self
            .all
            .iter()
            .filter(|((bound, name), _)| bound == binding && name.starts_with(&request.prefix));
        let timers = of_binding.map(|((_, name), set)| State {
            name: name.clone(),
            schedule: match set.timer.every {
                0 => format!("at {}", set.next),
                every => format!("every {every}ms"),
            },
            next: set.next,
            own: true,
        });
        ListResponse {
            timers: timers.collect(),
        }
    }

    /// Returns the first call that is due until `until`, and sets the time to it.
    fn due(&mut self, until: i64) -> Option<Firing> {
        let due = self.all.iter().filter(|(_, set)| set.next <= until);
        let (key, set) = due.min_by_key(|(_, set)| set.next)?;
        let (key, set) = (key.clone(), set.clone());
        self.now = self.now.max(set.next);
        match set.timer.every {
            0 => self.all.remove(&key),
            every => {
                let next = set.next.saturating_add_unsigned(every);
                let timer = set.timer.clone();
                self.all.insert(key, Set { next, timer })
            }
        };
        Some(self.firing(&set.timer.name, set.next, set.timer.payload))
    }

    fn firing(&self, name: &str, scheduled: i64, payload: Vec<u8>) -> Firing {
        Firing {
            name: name.to_owned(),
            scheduled,
            now: self.now,
            attempt: 1,
            missed: 0,
            payload,
        }
    }
}

fn read<M: serde::de::DeserializeOwned>(payload: &[u8]) -> Result<M, String> {
    codec::decode(payload).map_err(|error| error.to_string())
}

impl FakeHost {
    /// Lets `time` pass, and calls `actor` for each timer that it has set and that is due meanwhile, in
    /// their order. Returns the number of calls. A test begins on 1 January 2026.
    ///
    /// # Errors
    /// Returns the first error of the actor's handler. The time passes in any case.
    pub fn advance(&self, actor: &Actor, time: Duration) -> Result<usize> {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let until = self.0.timers.borrow().after(millis);
        let (mut calls, mut failed) = (0, None);
        loop {
            let due = self.0.timers.borrow_mut().due(until);
            let Some(firing) = due else {
                break;
            };
            calls += 1;
            if let Err(error) = self.handle(actor, &firing) {
                failed = failed.or(Some(error));
            }
        }
        self.0.timers.borrow_mut().now = until;
        failed.map_or(Ok(calls), Err)
    }

    /// Calls `actor` for a timer of its binding, such as one with a cron pattern.
    ///
    /// ```
    /// use capwire_actor::prelude::*;
    /// use capwire_actor::testing::FakeHost;
    ///
    /// actor! {
    ///     timer => report,
    /// }
    ///
    /// fn report(firing: timer::Firing) -> Result<()> {
    ///     keyvalue::default().set("last", &firing.scheduled.to_string())?;
    ///     Ok(())
    /// }
    ///
    /// let host = FakeHost::new();
    /// host.fire(&ACTOR, "nightly", "")?;
    /// assert_eq!(host.calls()[0].operation, "Set");
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns the error of the actor's handler.
    pub fn fire(&self, actor: &Actor, name: &str, payload: impl Into<Vec<u8>>) -> Result<()> {
        let firing = {
            let timers = self.0.timers.borrow();
            timers.firing(name, timers.now, payload.into())
        };
        self.handle(actor, &firing)
    }

    fn handle(&self, actor: &Actor, firing: &Firing) -> Result<()> {
        let payload = codec::encode(firing)?;
        self.call_raw(actor, OP_FIRE, payload).map(drop)
    }
}
