//! The thread that writes the log.

use super::LOG_TARGET;
use super::queue::Queue;
use super::rates::Rates;
use crate::secrets::Secrets;
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// The interval at which counts of lines that were left out are looked for.
const INTERVAL: Duration = Duration::from_secs(1);
/// The pause before the next attempt where standard error is in non-blocking mode and full.
const PAUSE: Duration = Duration::from_millis(20);

/// Starts the thread. It runs until [`Queue::close`].
pub(super) fn start(queue: &Arc<Queue>, rates: &Arc<Rates>, secrets: Secrets) -> io::Result<()> {
    let (queue, rates) = (Arc::clone(queue), Arc::clone(rates));
    let mut output = output()?;
    let write = move || {
        let begin = Instant::now();
        let mut is_last = false;
        while !is_last {
            is_last = write_batch(&queue, &rates, begin.elapsed(), &secrets, &mut *output);
        }
        queue.finish();
    };
    thread::Builder::new().name("log".to_owned()).spawn(write)?;
    Ok(())
}

/// Writes the lines that wait, and logs counts that are due. Returns `true` after the last line.
fn write_batch(
    queue: &Queue,
    rates: &Rates,
    now: Duration,
    secrets: &Secrets,
    output: &mut dyn Write,
) -> bool {
    let batch = queue.take(INTERVAL);
    for line in &batch.lines {
        let text = String::from_utf8_lossy(line);
        // An error means that nobody reads the log any more.
        write(output, secrets.hide(&text).as_bytes()).ok();
    }
    queue.written(&batch.lines);
    // These events go into the queue, which has room now.
    let mut is_done = true;
    if batch.dropped > 0 {
        is_done = false;
        let lines = batch.dropped;
        tracing::warn!(target: LOG_TARGET, lines, "lines left out: standard error was not read in time");
    }
    for left_out in rates.left_out(now, batch.is_last) {
        is_done = false;
        let (source, lines) = (left_out.source, left_out.lines);
        tracing::warn!(target: LOG_TARGET, source, lines, "lines left out: their source logs too much");
    }
    batch.is_last && batch.lines.is_empty() && is_done
}

fn write(output: &mut dyn Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match output.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::park_timeout(PAUSE),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Returns standard error as a file of its own. Its lock would stop others who write there.
#[cfg(unix)]
fn output() -> io::Result<Box<dyn Write + Send>> {
    use std::os::fd::AsFd;
    let own = io::stderr().as_fd().try_clone_to_owned()?;
    Ok(Box::new(std::fs::File::from(own)))
}

#[cfg(not(unix))]
fn output() -> io::Result<Box<dyn Write + Send>> {
    Ok(Box::new(io::stderr()))
}
