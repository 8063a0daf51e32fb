//! Logs of a running host, to standard error.

use crate::error::Error;
use std::io::{self, IsTerminal};
use tracing_subscriber::EnvFilter;

const VARIABLE: &str = "RUST_LOG";
const DEFAULT: &str = "warn,capwire=info,actor=info";

/// Starts to log what `RUST_LOG` asks for.
pub(super) fn start() -> Result<(), Error> {
    let wanted = match std::env::var(VARIABLE) {
        Ok(wanted) if !wanted.is_empty() => wanted,
        _ => DEFAULT.to_owned(),
    };
    let filter = EnvFilter::try_new(&wanted).map_err(|error| {
        Error::unreadable(format!("{VARIABLE}: `{wanted}` is no filter of logs"))
            .because(error)
            .help("write something like `info` or `warn,capwire=debug`")
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    Ok(())
}
