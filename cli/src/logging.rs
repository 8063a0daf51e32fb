//! Logs of a running host, to standard error.
//!
//! No thread of a host waits for standard error. Events go into a bounded [`Queue`], which a thread
//! of its own writes, and each source of events has a bounded rate (see [`Rates`]). Lines that are
//! left out are counted, and the count is logged.

mod fields;
mod queue;
mod rated;
mod rates;
mod source;
mod writer;

use crate::args::LogFormat;
use crate::error::Error;
use crate::secrets::Secrets;
use anstream::{AutoStream, ColorChoice};
use fields::ShownFields;
use queue::Queue;
use rated::Rated;
use rates::Rates;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{self, JsonFields};

const VARIABLE: &str = "RUST_LOG";
/// For a host: its own events and the output of its actors.
const OF_A_HOST: &str = "warn,capwire=info,actor=info";
/// For a single call: the actor's output, but not its failure, which is the error of the command.
const OF_A_CALL: &str = "warn,actor=info,capwire::fault=off";
/// The target of the log's own events: the counts of lines that were left out.
const LOG_TARGET: &str = "capwire::log";
/// The time for the last lines when the process ends.
const LAST_LINES: Duration = Duration::from_secs(1);

/// The queue of a host's log. There is one standard error, and so one queue.
static QUEUE: OnceLock<Arc<Queue>> = OnceLock::new();

/// Starts logging for a single call. The command waits for its reader, as other commands do.
pub(crate) fn start_for_call(secrets: &Secrets) -> Result<(), Error> {
    let secrets = secrets.clone();
    tracing_subscriber::fmt()
        .with_env_filter(filter(OF_A_CALL)?)
        // It would say so on standard error, and panic where that is what cannot be written.
        .log_internal_errors(false)
        .with_writer(move || Direct(secrets.clone()))
        .with_ansi(is_terminal())
        .fmt_fields(ShownFields)
        .init();
    Ok(())
}

/// Starts logging for a host, through the queue.
pub(crate) fn start_for_host(format: LogFormat, secrets: &Secrets) -> Result<(), Error> {
    let filter = filter(OF_A_HOST)?;
    let queue = Arc::clone(QUEUE.get_or_init(|| Arc::new(Queue::default())));
    let rates = Arc::new(Rates::default());
    let cannot = |error| Error::failure("cannot start the thread of the log").because(error);
    writer::start(&queue, &rates, secrets.clone()).map_err(cannot)?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .log_internal_errors(false)
        .with_writer(queue);
    let events = format::format();
    match format {
        LogFormat::Text => {
            let ansi = is_terminal();
            let events = Rated::of_text(events.with_ansi(ansi), rates);
            let log = log.with_ansi(ansi).fmt_fields(ShownFields);
            log.event_format(events).init();
        }
        LogFormat::Json => {
            let events = Rated::of_json(events.json(), rates);
            log.fmt_fields(JsonFields::new())
                .event_format(events)
                .init();
        }
    }
    // The standard hook would wait for standard error.
    panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Queues `bytes` for standard error behind the lines of the log. Returns `false` if this process
/// has no queue.
pub(crate) fn enqueue(bytes: &[u8]) -> bool {
    let queue = QUEUE.get();
    queue.is_some_and(|queue| {
        queue.push(bytes);
        true
    })
}

/// Waits until queued lines are written, for a bounded time.
pub(crate) fn finish() {
    if let Some(queue) = QUEUE.get() {
        queue.close(LAST_LINES);
    }
}

fn filter(otherwise: &str) -> Result<EnvFilter, Error> {
    let wanted = match std::env::var(VARIABLE) {
        Ok(wanted) if !wanted.is_empty() => wanted,
        _ => otherwise.to_owned(),
    };
    EnvFilter::try_new(&wanted).map_err(|error| {
        Error::unreadable(format!("{VARIABLE}: `{wanted}` is not a log filter"))
            .because(error)
            .help("write something like `info` or `warn,capwire=debug`")
    })
}

fn is_terminal() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let backtrace = Backtrace::capture();
    let captured = backtrace.status() == BacktraceStatus::Captured;
    let backtrace = captured.then(|| tracing::field::display(backtrace));
    tracing::error!(target: "capwire::panic", backtrace, "{panic}");
}

/// Standard error without secrets. Each event is written at once.
struct Direct(Secrets);

impl Write for Direct {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        io::stderr().write_all(self.0.hide(&text).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
