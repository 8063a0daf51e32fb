//! Writes to standard output, and remarks to standard error.

use crate::error::Error;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// Writes `text` to standard error, without colours where they are not wanted. A failure to write
/// is ignored, because there is no other place to report it.
pub(crate) fn aside(text: impl Display) {
    let mut stderr = anstream::stderr().lock();
    write!(stderr, "{text}").ok();
    stderr.flush().ok();
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
