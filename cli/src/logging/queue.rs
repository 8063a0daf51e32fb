//! A bounded queue between the threads of a host and the thread that writes its log.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The maximum size of the lines that wait, in bytes. More lines are dropped.
const CAPACITY: usize = 1 << 20;
/// The size of a line in the queue in addition to its text, in bytes.
const EACH: usize = 64;

/// Lines that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: VecDeque<Box<[u8]>>,
    bytes: usize,
    dropped: u64,
    is_closed: bool,
    is_finished: bool,
}

/// The work of the writing thread.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Batch {
    /// Lines to write.
    pub(super) lines: VecDeque<Box<[u8]>>,
    /// The number of lines that found the queue full since the last batch.
    pub(super) dropped: u64,
    /// `true` if the process is about to end.
    pub(super) is_last: bool,
}

impl Queue {
    /// Adds a line, or drops and counts it if the queue is full. Never waits for the writer.
    pub(super) fn push(&self, line: &[u8]) {
        if line.is_empty() {
            return;
        }
        let line: Box<[u8]> = line.into();
        let mut state = self.state();
        let bytes = state.bytes + line.len() + EACH;
        if bytes > CAPACITY {
            state.dropped += 1;
            return;
        }
        state.bytes = bytes;
        state.lines.push_back(line);
        drop(state);
        self.changed.notify_all();
    }

    /// Returns the lines that wait, or no line after the time `most`. The lines keep their room in
    /// the queue until [`written`](Self::written).
    pub(super) fn take(&self, most: Duration) -> Batch {
        let is_idle = |state: &mut State| state.lines.is_empty() && !state.is_closed;
        let waited = self.changed.wait_timeout_while(self.state(), most, is_idle);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Batch {
            lines: std::mem::take(&mut state.lines),
            dropped: std::mem::take(&mut state.dropped),
            is_last: state.is_closed,
        }
    }

    /// Makes room for new lines after a batch of this size.
    pub(super) fn written(&self, lines: &VecDeque<Box<[u8]>>) {
        let bytes: usize = lines.iter().map(|line| line.len() + EACH).sum();
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(bytes);
    }

    /// Asks for a last batch, and waits until all lines are written, or for the time `most`.
    pub(super) fn close(&self, most: Duration) {
        let mut state = self.state();
        state.is_closed = true;
        self.changed.notify_all();
        let is_busy = |state: &mut State| !state.is_finished;
        let waited = self.changed.wait_timeout_while(state, most, is_busy);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// Ends the wait of [`close`](Self::close).
    pub(super) fn finish(&self) {
        self.state().is_finished = true;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A writer for one event, which arrives in one piece.
impl Write for &Queue {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.push(event);
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, Queue};
    use std::time::Duration;

    #[test]
    fn a_full_queue_drops_and_counts_lines_n7() {
        let queue = Queue::default();
        let line = vec![b'x'; CAPACITY / 4];
        for _ in 0..10 {
            queue.push(&line);
        }
        let batch = queue.take(Duration::ZERO);
        assert_eq!((batch.lines.len(), batch.dropped), (3, 7));
        queue.push(&line);
        let nothing = queue.take(Duration::ZERO);
        assert_eq!(
            (nothing.lines.len(), nothing.dropped),
            (0, 1),
            "not written yet"
        );
        queue.written(&batch.lines);
        queue.push(&line);
        assert_eq!(queue.take(Duration::ZERO).lines.len(), 1);
    }

    #[test]
    fn a_process_does_not_wait_for_ever_for_its_last_lines_n7() {
        let queue = Queue::default();
        queue.push(b"never written");
        queue.close(Duration::from_millis(1));
        assert!(queue.take(Duration::ZERO).is_last);
    }
}
