//! A limit for the lines that hostile guests write to a log.

use crate::id::ActorId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The maximum number of lines in a burst.
const BURST: u32 = 200;

/// The average number of lines per second.
const PER_SECOND: u32 = 100;

/// Admits lines at a bounded rate, and counts the others.
#[derive(Debug)]
pub(crate) struct Rate(Mutex<Bucket>);

impl Rate {
    pub(crate) fn new(now: Duration) -> Self {
        Self(Mutex::new(Bucket {
            tokens: BURST,
            filled: now,
            dropped: 0,
        }))
    }

    /// Admits a line at the time `now` and returns how many were dropped before it, or returns `None`.
    pub(crate) fn admit(&self, now: Duration) -> Option<u64> {
        let mut bucket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.admit(now)
    }
}

/// The most actors that have a rate of their own at the same time.
const MOST_ACTORS: usize = 1024;

/// Admits denials, of each actor at a rate of its own, so that none keeps those of others out of the log.
#[derive(Debug, Default)]
pub(crate) struct DenialRates(Mutex<HashMap<Option<ActorId>, Rate>>);

impl DenialRates {
    /// Admits a denial of `actor`, or of no actor, like [`Rate::admit`].
    pub(crate) fn admit(&self, actor: Option<ActorId>, now: Duration) -> Option<u64> {
        let mut rates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rates.len() >= MOST_ACTORS && !rates.contains_key(&actor) {
            rates.clear();
        }
        rates
            .entry(actor)
            .or_insert_with(|| Rate::new(now))
            .admit(now)
    }
}

/// A token bucket with one token for each line.
#[derive(Debug)]
struct Bucket {
    tokens: u32,
    filled: Duration,
    dropped: u64,
}

impl Bucket {
    /// Admits a line and returns how many were dropped before it, or returns `None`.
    fn admit(&mut self, now: Duration) -> Option<u64> {
        self.fill(now);
        let Some(left) = self.tokens.checked_sub(1) else {
            self.dropped += 1;
            return None;
        };
        self.tokens = left;
        Some(std::mem::take(&mut self.dropped))
    }

    fn fill(&mut self, now: Duration) {
        let each = Duration::from_secs(1) / PER_SECOND;
        let due = now.saturating_sub(self.filled).as_nanos() / each.as_nanos();
        if let Ok(due @ 1..) = u32::try_from(due) {
            self.tokens = self.tokens.saturating_add(due).min(BURST);
            self.filled += each.saturating_mul(due);
        } else if due > 0 {
            self.tokens = BURST;
            self.filled = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_dropped_and_counted() {
        let rate = Rate::new(Duration::ZERO);
        let passed = (0..1_000).filter(|_| rate.admit(Duration::ZERO).is_some());
        assert_eq!(passed.count(), BURST as usize);
        assert_eq!(rate.admit(Duration::from_millis(15)), Some(800));
        assert_eq!(rate.admit(Duration::from_millis(15)), None);
    }

    #[test]
    fn an_actor_that_is_denied_often_does_not_silence_another() {
        let rates = DenialRates::default();
        let key = |text: &str| Some(text.parse::<ActorId>().unwrap());
        let loud = key("MBFUMD7YAWWMHTD3UZQZ5FOS7367YS44J7GCO6BA5B2XAOHF7XAR4UJX");
        let other = key("MB2EJ3HORPRAISCCSZ2L26C55ARHYVSKSGKWLSFVWXKXORC7FCQN64K6");
        let passed = (0..1_000).filter(|_| rates.admit(loud, Duration::ZERO).is_some());
        assert_eq!(passed.count(), BURST as usize);
        assert_eq!(rates.admit(other, Duration::ZERO), Some(0));
        assert_eq!(rates.admit(None, Duration::ZERO), Some(0));
        assert_eq!(rates.admit(loud, Duration::from_millis(15)), Some(800));
    }

    #[test]
    fn a_long_silence_fills_the_bucket_and_no_more() {
        let rate = Rate::new(Duration::ZERO);
        let later = Duration::from_secs(1 << 40);
        let passed = (0..1_000).filter(|_| rate.admit(later).is_some());
        assert_eq!(passed.count(), BURST as usize);
    }
}
