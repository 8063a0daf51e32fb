//! `capwire swap`

use crate::args::Swap;
use crate::control::{
    self, Calls, Connection, HostCommand, ProviderSwapped, SwapProvider, Swapped,
};
use crate::error::Error;
use crate::{files, output};
use capwire_text::escaped;
use serde_json::json;
use std::path::Path;

pub(super) fn run(command: &Swap) -> Result<(), Error> {
    match &command.module {
        Some(module) => actor(command, module),
        None if command.withdraw => withdraw(command),
        None => provider(command),
    }
}

fn actor(command: &Swap, module: &Path) -> Result<(), Error> {
    let module = files::read(module)?;
    let host = Connection::open(command.which.host.as_deref())?;
    let swap = HostCommand::Swap(control::Swap {
        actor: command.target.clone(),
        module_bytes: module.len() as u64,
        allow_wider: command.allow_wider,
        health_check: command.health_check,
        drain: command.drain,
        canary: command.canary.map(|share| control::Canary {
            share: share.basis_points(),
            time: command.time,
            max_errors: command.max_errors.basis_points(),
        }),
    });
    let swapped: Swapped = host.execute(swap, &module)?;
    if command.json {
        output::json(&json!(swapped))?;
    } else {
        output::line(&text(&swapped))?;
    }
    fail_if_any("version", swapped.dropped)
}

fn withdraw(command: &Swap) -> Result<(), Error> {
    let host = Connection::open(command.which.host.as_deref())?;
    let () = host.execute(HostCommand::Withdraw(command.target.clone()), &[])?;
    match command.json {
        true => output::json(&json!({ "withdrawn": true })),
        false => output::line(&escaped(&format!(
            "the new version of {} gets no more calls",
            command.target
        ))),
    }
}

fn provider(command: &Swap) -> Result<(), Error> {
    let host = Connection::open(command.which.host.as_deref())?;
    let swap = HostCommand::SwapProvider(SwapProvider {
        provider: command.target.clone(),
        drain: command.drain,
    });
    let swapped: ProviderSwapped = host.execute(swap, &[])?;
    if command.json {
        output::json(&json!(swapped))?;
    } else {
        output::line(&provider_text(&swapped))?;
    }
    fail_if_any("provider", swapped.dropped)
}

/// Returns an error if calls of the old version or provider were dropped.
fn fail_if_any(what: &str, dropped: u64) -> Result<(), Error> {
    let calls = match dropped {
        0 => return Ok(()),
        1 => "1 call of the old one took too long and was dropped".to_owned(),
        dropped => format!("{dropped} calls of the old one took too long and were dropped"),
    };
    Err(Error::failure(format!("the new {what} runs, but {calls}")).reported())
}

fn provider_text(swapped: &ProviderSwapped) -> String {
    let ProviderSwapped {
        contract,
        name,
        generation,
        ..
    } = swapped;
    let mut lines = vec![
        format!("{contract} ({name}): version {generation} has taken over"),
        format!("  old: {}", calls(&swapped.old)),
        format!("  new: {}", calls(&swapped.new)),
        format!("  waited: {}", swapped.queued),
        format!("  dropped: {}", swapped.dropped),
    ];
    if swapped.refused > 0 {
        let refused = swapped.refused;
        lines.push(format!(
            "  asked to try again: {refused}, which could not wait"
        ));
    }
    let bindings = swapped.bindings.iter();
    let listening = bindings.filter(|binding| !binding.endpoints.is_empty());
    lines.extend(listening.map(|binding| {
        let (actor, endpoints) = (&binding.actor, binding.endpoints.join(" "));
        format!("  {actor} listens at {endpoints}")
    }));
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    lines.join("\n")
}

/// Returns how a swap ended, for people.
pub(super) fn text(swapped: &Swapped) -> String {
    let Swapped {
        name,
        old_revision,
        new_revision,
        dropped,
        canary,
        not_kept,
        ..
    } = swapped;
    let mut lines = vec![
        format!("{name}: revision {new_revision} has taken over from {old_revision}"),
        format!("  old: {}", calls(&swapped.old)),
        format!("  new: {}", calls(&swapped.new)),
        format!("  dropped: {dropped}"),
    ];
    let canary = canary.iter();
    lines.extend(canary.map(|canary| format!("  as a canary: {}", calls(canary))));
    let wider = swapped.wider.iter();
    lines.extend(wider.map(|wider| format!("  may do more: {wider}")));
    let ended = swapped.ended_bindings.iter();
    lines.extend(ended.map(|binding| format!("  not bound any more: {binding}")));
    let not_kept = not_kept.iter();
    lines.extend(not_kept.map(|reason| {
        format!("  the next `capwire run` starts the module of the manifest: {reason}")
    }));
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    lines.join("\n")
}

fn calls(calls: &Calls) -> String {
    let mut text = format!("{} served", calls.served);
    let others = [
        (calls.failed, "failed"),
        (calls.dropped, "dropped"),
        (calls.abandoned, "abandoned"),
    ];
    for (count, what) in others {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text
}
