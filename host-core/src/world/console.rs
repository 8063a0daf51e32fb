//! An actor's console: lines for the log, from a writer that may be hostile.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longest line that is logged, in bytes; the rest of it is cut off.
const LONGEST: usize = 4 * 1024;

/// Lines that may come at once.
const BURST: u32 = 200;

/// Lines that may come each second in the long run.
const PER_SECOND: u32 = 100;

/// The console of one actor.
pub(super) struct Console {
    name: String,
    rate: Mutex<Rate>,
}

impl Console {
    pub(super) fn new(name: String, now: Duration) -> Self {
        Self {
            name,
            rate: Mutex::new(Rate::new(now)),
        }
    }

    /// Logs a line at the time `now`, or drops and counts it.
    pub(super) fn print(&self, line: &str, now: Duration) {
        let admitted = {
            let mut rate = self.rate.lock().unwrap_or_else(PoisonError::into_inner);
            rate.admit(now)
        };
        let Some(dropped) = admitted else {
            return;
        };
        let name = &*self.name;
        if dropped > 0 {
            tracing::warn!(target: "actor", actor = name, dropped, "too many lines, some were dropped");
        }
        tracing::info!(target: "actor", actor = name, "{}", printable(line));
    }
}

/// A bucket of tokens, one for each line.
#[derive(Debug)]
struct Rate {
    tokens: u32,
    filled: Duration,
    dropped: u64,
}

impl Rate {
    fn new(now: Duration) -> Self {
        Self {
            tokens: BURST,
            filled: now,
            dropped: 0,
        }
    }

    /// Whether a line may pass, and how many were dropped before it.
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

/// The line without what would spoil a log or a terminal, and not too long.
fn printable(line: &str) -> String {
    let end = line.floor_char_boundary(LONGEST);
    let (head, rest) = line.split_at(end);
    let mut text: String = head.trim_end_matches('\n').chars().map(visible).collect();
    if !rest.is_empty() {
        text.push_str(" […]");
    }
    text
}

fn visible(character: char) -> char {
    match character {
        '\t' | '\n' => ' ',
        control if control.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_dropped_and_counted() {
        let mut rate = Rate::new(Duration::ZERO);
        let passed = (0..1_000).filter(|_| rate.admit(Duration::ZERO).is_some());
        assert_eq!(passed.count(), BURST as usize);
        assert_eq!(rate.admit(Duration::from_millis(15)), Some(800));
        assert_eq!(rate.admit(Duration::from_millis(15)), None);
    }

    #[test]
    fn a_long_silence_fills_the_bucket_and_no_more() {
        let mut rate = Rate::new(Duration::ZERO);
        let later = Duration::from_secs(1 << 40);
        let passed = (0..1_000).filter(|_| rate.admit(later).is_some());
        assert_eq!(passed.count(), BURST as usize);
    }

    #[test]
    fn escape_sequences_do_not_reach_a_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n"), "a\u{fffd}[2Jb\u{fffd}");
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        let line = "é".repeat(LONGEST);
        let text = printable(&line);
        assert!(text.len() < LONGEST + 10);
        assert!(text.ends_with(" […]"));
    }
}
