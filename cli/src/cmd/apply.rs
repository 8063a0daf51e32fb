//! `capwire apply`

use crate::args::Apply;
use crate::control::{Connection, HostCommand};
use crate::deployment::{self, Action, Applied, ChangeEntry, Kind};
use crate::error::Error;
use crate::output;
use capwire_text::escaped;
use serde_json::json;
use std::path::{self, PathBuf};

pub(super) fn run(command: &Apply) -> Result<(), Error> {
    let manifest = command.manifest.as_ref().map(absolute).transpose()?;
    let host = Connection::open(command.which.host.as_deref())?;
    let apply = HostCommand::Apply(deployment::Apply {
        manifest,
        dry_run: command.dry_run,
        allow_wider: command.allow_wider,
        allow_older: command.allow_older,
        health_check: command.health_check,
        drain: command.drain,
    });
    let applied: Applied = host.execute(apply, &[])?;
    match command.json {
        true => output::json(&json!(applied))?,
        false => output::line(&text(&applied))?,
    }
    match applied.dropped {
        0 => Ok(()),
        1 => Err(Error::failure(
            "1 call of what was replaced took too long and was dropped",
        )),
        calls => Err(Error::failure(format!(
            "{calls} calls of what was replaced took too long and were dropped"
        ))),
    }
    .map_err(Error::reported)
}

/// Returns the path for a host with another working directory.
fn absolute(manifest: &PathBuf) -> Result<PathBuf, Error> {
    path::absolute(manifest).map_err(|error| {
        let problem = format!("cannot find `{}`", manifest.display());
        Error::failure(problem).because(error)
    })
}

fn text(applied: &Applied) -> String {
    let mut lines: Vec<String> = applied.changes.iter().map(line).collect();
    let warnings = applied.warnings.iter();
    lines.extend(warnings.map(|warning| format!("warning: {warning}")));
    lines.extend(
        applied
            .endpoints
            .iter()
            .map(|url| format!("listening {url}")),
    );
    let count = |action| applied.count(action);
    let [added, changed, removed] = [Action::Add, Action::Change, Action::Remove].map(count);
    let unchanged = applied.unchanged;
    let sum = format!("{added} added, {changed} changed, {removed} removed, {unchanged} unchanged");
    lines.push(match applied.dry_run {
        true => format!("{sum}; nothing was done (--dry-run)"),
        false => sum,
    });
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    lines.join("\n")
}

fn line(change: &ChangeEntry) -> String {
    let sign = match change.action {
        Action::Add => '+',
        Action::Change => '~',
        Action::Remove => '-',
    };
    let kind = match change.kind {
        Kind::Actor => "actor",
        Kind::Alias => "alias",
        Kind::Binding => "binding",
        Kind::Provider => "provider",
    };
    let name = &change.name;
    match change.detail.is_empty() {
        true => format!("{sign} {kind} {name}"),
        false => format!("{sign} {kind} {name}: {}", change.detail),
    }
}
