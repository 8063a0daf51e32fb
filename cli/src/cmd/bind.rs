//! `capwire bind` and `capwire unbind`

use crate::args::{Bind, Unbind};
use crate::control::{self, Connection, HostCommand};
use crate::error::Error;
use crate::output;
use capwire_text::escaped;
use serde_json::json;
use std::collections::BTreeMap;

pub(super) fn run(command: Bind) -> Result<(), Error> {
    let mut values = BTreeMap::new();
    for (key, value) in command.values {
        if values.insert(key.clone(), value).is_some() {
            return Err(Error::unreadable(format!("`{key}` is given twice")).help("remove one"));
        }
    }
    let host = Connection::open(command.which.host.as_deref())?;
    let bind = HostCommand::Bind(control::Bind {
        actor: command.actor.clone(),
        provider: command.provider.clone(),
        values,
    });
    let endpoints: Vec<String> = host.execute(bind, &[])?;
    if command.json {
        return output::json(&json!({ "endpoints": endpoints }));
    }
    let (actor, provider) = (&command.actor, &command.provider);
    output::line(&escaped(&format!("{actor} is bound to {provider}")))?;
    let mut endpoints = endpoints.iter();
    endpoints.try_for_each(|url| output::line(&escaped(&format!("listening {url}"))))
}

pub(super) fn end(command: Unbind) -> Result<(), Error> {
    let host = Connection::open(command.which.host.as_deref())?;
    let (actor, provider) = (&command.actor, &command.provider);
    let told = format!("{actor} is not bound to {provider} any more");
    let unbind = HostCommand::Unbind(control::Unbind {
        actor: command.actor,
        provider: command.provider,
    });
    let () = host.execute(unbind, &[])?;
    match command.json {
        true => output::json(&json!({ "unbound": true })),
        false => output::line(&escaped(&told)),
    }
}
