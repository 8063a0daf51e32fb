//! The rate of each source of events, in bytes.
//!
//! An actor can cause any number of events, and so can clients. Each source may log a burst, and
//! then a number of bytes per second; together at most 1 MiB in any minute. The events of an actor
//! come from several places in the code, and one of them must not silence the others: "the actor
//! stopped" must be logged during a flood. So each place has a small reserve for each actor.

use super::source::{Site, Source};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The rate of a source.
const SHARED: Rate = Rate {
    burst: 192 << 10,
    per_second: 12 << 10,
};
/// The rate of one place in the code for one actor, in addition to [`SHARED`].
const RESERVE: Rate = Rate {
    burst: 4 << 10,
    per_second: 64,
};
/// The minimum cost of an event, in bytes. It limits the number of lines.
const LEAST: u64 = 256;
/// The maximum number of sources, and of reserves. Others share one.
const MOST: usize = 2_000;
/// The minimum time between two reports about one source.
const BETWEEN_REPORTS: Duration = Duration::from_secs(10);

/// The rates of all sources.
#[derive(Default)]
pub(super) struct Rates(Mutex<Table>);

#[derive(Default)]
struct Table {
    sources: HashMap<Option<Source>, Entry>,
    reserves: HashMap<Option<(Site, Source)>, Bucket>,
    /// `true` if an entry has lines to report.
    has_left_out: bool,
}

/// The events of one source.
struct Entry {
    bucket: Bucket,
    left_out: u64,
    reported: Option<Duration>,
}

/// Events that were left out.
#[derive(Debug, PartialEq)]
pub(super) struct LeftOut {
    /// The source, or a word for all sources that share a rate.
    pub(super) source: String,
    /// The number of events.
    pub(super) lines: u64,
}

impl Rates {
    /// Returns `false`, and counts the event, if not even a short line of this source has room. So
    /// a long line is not formatted in vain.
    pub(super) fn has_room(&self, site: &Site, source: &Source, now: Duration) -> bool {
        self.table().pay(site, source, LEAST, 0, now)
    }

    /// Admits a line of `bytes`, or counts it and returns `false`.
    pub(super) fn admit(&self, site: &Site, source: &Source, bytes: usize, now: Duration) -> bool {
        let cost = u64::try_from(bytes).unwrap_or(u64::MAX).max(LEAST);
        self.table().pay(site, source, cost, cost, now)
    }

    /// Returns the counts that are due at the time `now`, or all if `is_last`, and starts new ones.
    pub(super) fn left_out(&self, now: Duration, is_last: bool) -> Vec<LeftOut> {
        self.table().left_out(now, is_last)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Takes `price` from a bucket that has at least `cost`.
    fn pay(&mut self, site: &Site, source: &Source, cost: u64, price: u64, now: Duration) -> bool {
        let entry = self.entry(source, now);
        if entry.bucket.take(&SHARED, cost, price, now) {
            return true;
        }
        if self
            .reserve(site, source, now)
            .take(&RESERVE, cost, price, now)
        {
            return true;
        }
        self.entry(source, now).left_out += 1;
        self.has_left_out = true;
        false
    }

    fn entry(&mut self, source: &Source, now: Duration) -> &mut Entry {
        let mut key = Some(source.clone());
        if self.sources.len() >= MOST && !self.sources.contains_key(&key) {
            let is_used =
                |entry: &mut Entry| entry.left_out > 0 || !entry.bucket.is_full(&SHARED, now);
            self.sources.retain(|_, entry| is_used(entry));
            key = key.filter(|_| self.sources.len() < MOST);
        }
        self.sources.entry(key).or_insert_with(|| Entry {
            bucket: Bucket::full(&SHARED, now),
            left_out: 0,
            reported: None,
        })
    }

    fn reserve(&mut self, site: &Site, source: &Source, now: Duration) -> &mut Bucket {
        let mut key = Some((site.clone(), source.clone()));
        if self.reserves.len() >= MOST && !self.reserves.contains_key(&key) {
            let is_used = |bucket: &mut Bucket| !bucket.is_full(&RESERVE, now);
            self.reserves.retain(|_, bucket| is_used(bucket));
            key = key.filter(|_| self.reserves.len() < MOST);
        }
        let bucket = self.reserves.entry(key);
        bucket.or_insert_with(|| Bucket::full(&RESERVE, now))
    }

    fn left_out(&mut self, now: Duration, is_last: bool) -> Vec<LeftOut> {
        if !self.has_left_out {
            return Vec::new();
        }
        let mut due = Vec::new();
        self.has_left_out = false;
        for (source, entry) in &mut self.sources {
            let was_long_ago = entry
                .reported
                .is_none_or(|reported| now.saturating_sub(reported) >= BETWEEN_REPORTS);
            if entry.left_out > 0 && (was_long_ago || is_last) {
                entry.reported = Some(now);
                due.push(LeftOut {
                    source: source
                        .as_ref()
                        .map_or("others".to_owned(), ToString::to_string),
                    lines: std::mem::take(&mut entry.left_out),
                });
            }
            self.has_left_out |= entry.left_out > 0;
        }
        due
    }
}

/// A number of bytes per time.
struct Rate {
    burst: u64,
    per_second: u64,
}

/// A token bucket with one token for each byte.
struct Bucket {
    tokens: u64,
    filled: Duration,
}

impl Bucket {
    fn full(rate: &Rate, now: Duration) -> Self {
        Self {
            tokens: rate.burst,
            filled: now,
        }
    }

    /// Takes `price` if there is at least `cost`.
    fn take(&mut self, rate: &Rate, cost: u64, price: u64, now: Duration) -> bool {
        self.fill(rate, now);
        let has_enough = self.tokens >= cost;
        if has_enough {
            self.tokens = self.tokens.saturating_sub(price);
        }
        has_enough
    }

    fn is_full(&mut self, rate: &Rate, now: Duration) -> bool {
        self.fill(rate, now);
        self.tokens == rate.burst
    }

    fn fill(&mut self, rate: &Rate, now: Duration) {
        let passed = now.saturating_sub(self.filled).as_nanos();
        let due = passed * u128::from(rate.per_second) / 1_000_000_000;
        // The time of a part of a byte stays to be counted.
        if due > 0 {
            let due = u64::try_from(due).unwrap_or(u64::MAX);
            self.tokens = self.tokens.saturating_add(due).min(rate.burst);
            self.filled = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LeftOut, MOST, Rates};
    use crate::logging::source::{Actor, Site, Source};
    use std::time::Duration;
    use tracing::callsite::Callsite;

    const MIB: usize = 1 << 20;

    macro_rules! site {
        () => {{
            let site = tracing::callsite! {
                name: "event",
                kind: tracing::metadata::Kind::EVENT,
                fields: message
            };
            Site::of(site.metadata())
        }};
    }

    fn actor(name: &str) -> Source {
        Source::Actor(Actor {
            key: name.into(),
            name: "any".into(),
        })
    }

    /// Returns the number of bytes that get through in a minute of lines of `length`.
    fn minute(rates: &Rates, site: &Site, source: &Source, length: usize) -> usize {
        let times = (0..60_000).step_by(10).map(Duration::from_millis);
        let admitted = times.filter(|now| rates.admit(site, source, length, *now));
        admitted.count() * length
    }

    #[test]
    fn a_source_logs_at_most_a_mebibyte_a_minute_n6() {
        for length in [300, 4_000, 60_000] {
            let rates = Rates::default();
            let bytes = minute(&rates, &site!(), &actor("loud"), length);
            assert!((MIB / 2..=MIB).contains(&bytes), "{length}: {bytes}");
            let left_out = rates.left_out(Duration::from_secs(60), false);
            let lines = (6_000 - bytes / length) as u64;
            let source = "actor any loud".to_owned();
            assert_eq!(left_out, [LeftOut { source, lines }]);
            assert_eq!(rates.left_out(Duration::from_secs(90), true), []);
        }
    }

    #[test]
    fn a_flood_silences_neither_other_sources_nor_other_events_n6() {
        let rates = Rates::default();
        let (flood, stop) = (site!(), site!());
        minute(&rates, &flood, &actor("loud"), 4_000);
        let end = Duration::from_secs(60);
        assert!(rates.admit(&stop, &actor("loud"), 3_000, end));
        assert!(rates.admit(&flood, &actor("quiet"), 60_000, end));
    }

    #[test]
    fn invented_names_do_not_fill_the_memory_n6() {
        let (rates, site) = (Rates::default(), site!());
        let now = Duration::from_secs(1);
        for number in 0..2 * MOST {
            rates.admit(&site, &actor(&number.to_string()), 300, now);
        }
        assert!(rates.table().sources.len() <= MOST + 1);
        rates.admit(&site, &actor("later"), 300, Duration::from_secs(2));
        assert!(
            rates.table().sources.len() <= 2,
            "this one, and the others'"
        );
    }
}
