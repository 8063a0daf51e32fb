//! An actor's console: lines for the log, from a writer that may be hostile.

use crate::call::current_trace;
use crate::id::ActorId;
use crate::report::Rate;
use std::time::Duration;
use tracing::field::display;

/// The maximum length of a logged line in bytes; the rest is cut off.
const LONGEST: usize = 4 * 1024;

/// The console of one actor.
pub(super) struct Console {
    id: ActorId,
    name: String,
    rate: Rate,
}

impl Console {
    pub(super) fn new(id: ActorId, name: String, now: Duration) -> Self {
        Self {
            id,
            name,
            rate: Rate::new(now),
        }
    }

    /// Logs a line at the time `now`, or drops and counts it.
    pub(super) fn print(&self, line: &str, now: Duration) {
        let Some(dropped) = self.rate.admit(now) else {
            return;
        };
        let (name, key) = (&*self.name, display(self.id));
        let trace_id = current_trace().map(display);
        if dropped > 0 {
            tracing::warn!(target: "actor", actor = name, %key, dropped, "too many lines, some were dropped");
        }
        tracing::info!(target: "actor", actor = name, %key, trace_id, "{}", shown(line));
    }
}

/// Returns `text` as one line, because a second line could look like one of the host's.
fn shown(text: &str) -> String {
    let line = text.trim_end_matches(['\r', '\n']).replace('\n', " ");
    capwire_text::line(&line, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_do_not_reach_a_terminal() {
        assert_eq!(shown("a\u{1b}[2Jb\r\n"), "a\\u{1b}[2Jb");
        assert_eq!(shown("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(shown("a\nb\n\n"), "a b");
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        let line = "é".repeat(LONGEST);
        let text = shown(&line);
        assert!(text.len() < LONGEST + 10);
        assert!(text.ends_with('…'));
    }
}
