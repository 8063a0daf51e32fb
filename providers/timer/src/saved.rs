//! The form in which timers are stored.

use crate::clock::{Moment, millis};
use crate::missed::Missed;
use crate::spec::{Spec, Times};
use crate::zone::Zone;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// A change of the stored timers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Change {
    /// A timer is new, or differs.
    Set(Saved),
    /// All calls until this moment were made, or are not to be made.
    Done { name: String, last: i64 },
    /// A timer has ended.
    End { name: String },
}

/// A stored timer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Saved {
    pub(crate) name: String,
    /// The schedule in words, for people, and to find out whether a timer of the binding differs.
    pub(crate) schedule: String,
    /// The moment from which its times count.
    pub(crate) from: i64,
    /// The moment until which all calls were made.
    pub(crate) last: i64,
    /// The timer itself, if the actor has set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) own: Option<Own>,
}

/// A timer that the actor has set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Own {
    cron: Option<(String, String)>,
    every: Option<u64>,
    at: Option<i64>,
    jitter: u64,
    missed: String,
    payload: String,
}

impl Own {
    pub(crate) fn of(spec: &Spec) -> Self {
        let mut own = Self {
            jitter: as_millis(spec.jitter),
            missed: spec.missed.to_string(),
            payload: BASE64.encode(&spec.payload),
            ..Self::default()
        };
        match &spec.times {
            Times::Cron(cron) => own.cron = Some((cron.text().to_owned(), cron.zone().to_owned())),
            Times::Every(period) => own.every = Some(as_millis(*period)),
            Times::At(at) => own.at = Some(at.0),
        }
        own
    }

    /// Returns the timer, or `None` if this program does not know its form or time zone.
    pub(crate) fn spec(&self) -> Option<Spec> {
        let times = match (&self.cron, self.every, self.at) {
            (Some((text, zone)), _, _) => Times::cron(text, Zone::named(zone)?).ok()?,
            (None, Some(every), _) => Times::Every(Duration::from_millis(every)),
            (None, None, Some(at)) => Times::At(Moment(at)),
            (None, None, None) => return None,
        };
        Some(Spec {
            times,
            jitter: Duration::from_millis(self.jitter),
            missed: Missed::read(&self.missed).ok()?,
            overlaps: false,
            retries: None,
            payload: Arc::from(BASE64.decode(self.payload.as_bytes()).ok()?),
            own: true,
        })
    }
}

fn as_millis(time: Duration) -> u64 {
    u64::try_from(millis(time)).unwrap_or_default()
}

/// Applies a change to stored timers.
pub(crate) fn apply(saved: &mut std::collections::BTreeMap<String, Saved>, change: Change) {
    match change {
        Change::Set(timer) => {
            saved.insert(timer.name.clone(), timer);
        }
        Change::Done { name, last } => {
            if let Some(timer) = saved.get_mut(&name) {
                timer.last = timer.last.max(last);
            }
        }
        Change::End { name } => {
            saved.remove(&name);
        }
    }
}
