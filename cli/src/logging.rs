//! Logs of a running host, to standard error.

use crate::args::LogFormat;
use crate::error::Error;
use crate::secrets::Secrets;
use anstream::{AutoStream, ColorChoice};
use std::io::{self, Write};
use tracing_subscriber::EnvFilter;

const VARIABLE: &str = "RUST_LOG";
/// For a host: its own events and the output of its actors.
pub(crate) const OF_A_HOST: &str = "warn,capwire=info,actor=info";
/// For a single call: the actor's output, but not its failure, which is the error of the command.
pub(crate) const OF_A_CALL: &str = "warn,actor=info,capwire::fault=off";

/// Starts logging by the filter in `RUST_LOG`, or else `otherwise`, and hides `secrets`.
pub(crate) fn start(otherwise: &str, format: LogFormat, secrets: &Secrets) -> Result<(), Error> {
    let wanted = match std::env::var(VARIABLE) {
        Ok(wanted) if !wanted.is_empty() => wanted,
        _ => otherwise.to_owned(),
    };
    let filter = EnvFilter::try_new(&wanted).map_err(|error| {
        Error::unreadable(format!("{VARIABLE}: `{wanted}` is not a log filter"))
            .because(error)
            .help("write something like `info` or `warn,capwire=debug`")
    })?;
    let secrets = secrets.clone();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would say so on standard error, and panic where that is what cannot be written.
        .log_internal_errors(false)
        .with_writer(move || Hiding(secrets.clone()));
    match format {
        LogFormat::Text => log.with_ansi(is_terminal()).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

fn is_terminal() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// Standard error without secrets. Each event is written at once.
struct Hiding(Secrets);

impl Write for Hiding {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        io::stderr().write_all(self.0.hide(&text).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
