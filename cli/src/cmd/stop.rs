//! `capwire stop`

use crate::args::Stop;
use crate::control::{Connection, HostCommand, Stopped};
use crate::error::Error;
use crate::output;
use capwire_text::escaped;
use serde_json::json;

pub(super) fn run(command: &Stop) -> Result<(), Error> {
    let host = Connection::open(command.which.host.as_deref())?;
    match &command.actor {
        Some(actor) => stop_actor(host, actor, command.json),
        None => {
            host.stop_host()?;
            match command.json {
                true => output::json(&json!({ "stopped": "host" })),
                false => output::line("the host has stopped"),
            }
        }
    }
}

fn stop_actor(host: Connection, actor: &str, json: bool) -> Result<(), Error> {
    let stopped: Stopped = host.execute(HostCommand::StopActor(actor.to_owned()), &[])?;
    if json {
        output::json(&json!(stopped))?;
    } else {
        output::line(&escaped(&format!("{} has stopped", stopped.name)))?;
    }
    match stopped.stopped_calls {
        0 => Ok(()),
        calls => Err(Error::failure(format!(
            "{calls} of its calls took too long and were dropped"
        ))
        .reported()),
    }
}
