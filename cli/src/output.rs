//! Writes to standard output, and remarks to standard error.

use crate::error::Error;
use crate::logging;
use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// Writes `text` to standard error, without colours where they are not wanted, behind the lines of a
/// host's log. A failure to write is ignored, because there is no other place to report it.
pub(crate) fn aside(text: impl Display) {
    let text = text.to_string();
    let plain = match AutoStream::choice(&io::stderr()) {
        ColorChoice::Never => strip_str(&text).to_string(),
        _ => text.clone(),
    };
    if !logging::enqueue(plain.as_bytes()) {
        anstream::stderr().write_all(text.as_bytes()).ok();
    }
}

/// Standard error, behind the lines of a host's log: a host does not wait for it.
pub(crate) struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if logging::enqueue(bytes) {
            return Ok(bytes.len());
        }
        io::stderr().write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes the lines of `text` at once, escaping characters that could control a terminal.
pub(crate) fn line(text: &str) -> Result<(), Error> {
    let text = capwire_text::lines(text, usize::MAX);
    bytes(format!("{text}\n").as_bytes())
}

/// Writes `report` for scripts, in several lines.
pub(crate) fn json(report: &serde_json::Value) -> Result<(), Error> {
    json_text(&format!("{report:#}"))
}

/// Writes a JSON text at once. The escapes keep the meaning of the JSON and cannot control a
/// terminal.
pub(crate) fn json_text(text: &str) -> Result<(), Error> {
    let text = capwire_text::json(text);
    bytes(format!("{text}\n").as_bytes())
}

/// Writes `errors` for scripts, in one line: the same for all commands.
pub(crate) fn errors(errors: &[serde_json::Value]) -> Result<(), Error> {
    json_text(&serde_json::json!({ "errors": errors }).to_string())
}

/// Writes `bytes` as they are, at once.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    match written {
        // A reader that has seen enough, like `head`, is no failure.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Error::failure("cannot write to standard output").because(error)),
        Ok(()) => Ok(()),
    }
}
