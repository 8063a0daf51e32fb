//! `capwire start`

use crate::args::Start;
use crate::control::{Connection, HostCommand, Started};
use crate::error::Error;
use crate::{files, output};
use capwire_text::escaped;
use serde_json::json;

pub(super) fn run(command: &Start) -> Result<(), Error> {
    let module = files::read(&command.module)?;
    let host = Connection::open(command.which.host.as_deref())?;
    let start = HostCommand::Start(module.len() as u64);
    let started: Started = host.execute(start, &module)?;
    if command.json {
        return output::json(&json!(started));
    }
    let Started {
        name,
        key,
        revision,
    } = started;
    output::line(&escaped(&format!(
        "{name} ({key}) has started with revision {revision}"
    )))
}
