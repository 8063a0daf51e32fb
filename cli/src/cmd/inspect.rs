//! `capwire inspect`

mod archive;

use super::archive::is_archive;
use crate::args::Inspect;
use crate::error::Error;
use crate::facts::Facts;
use crate::{files, output, remedy, time};
use capwire::Permission;
use capwire::contracts::canonical_contract;
use capwire::wascap::{
    ActorClaims, ActorMetadata, Claims, InspectError, Metadata, ModuleError, Rule, inspect_module,
};
use capwire_text::escaped;
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn run(command: &Inspect) -> Result<(), Error> {
    let module = files::read(&command.file)?;
    if is_archive(&command.file, &module) {
        return archive::run(command, &module);
    }
    let unreadable = || Error::failure(format!("cannot inspect `{}`", command.file.display()));
    let claims = match inspect_module(&module) {
        Ok(unverified) => Some(unverified.claims().clone()),
        Err(InspectError::Module(ModuleError::Unsigned)) => None,
        Err(InspectError::Module(error @ ModuleError::NotWasm)) => {
            let help = "a token is shown by `capwire claims show`, the key of a seed by `capwire keys show`";
            return Err(unreadable().because(error).help(help));
        }
        Err(error) => return Err(unreadable().because(error)),
    };
    let facts = Facts::read(&module).map_err(|error| unreadable().because(error))?;
    if command.json {
        output::json(&for_scripts(module.len(), claims.as_ref(), &facts))
    } else {
        let table = for_people(&command.file, module.len(), claims.as_ref(), &facts);
        output::line(&table)
    }
}

/// Returns the report as JSON. Claims have the names and forms of the token itself.
fn for_scripts(size: usize, claims: Option<&ActorClaims>, facts: &Facts) -> Value {
    json!({
        "size": size,
        "verified": false,
        "claims": claims,
        "imports": facts.imports,
        "exports": facts.exports,
        "wasi": facts.uses_wasi(),
    })
}

fn for_people(path: &Path, size: usize, claims: Option<&ActorClaims>, facts: &Facts) -> String {
    let mut rows = match claims {
        Some(claims) => claim_rows(claims),
        None => vec![("Claims", vec!["none: the module is not signed".to_owned()])],
    };
    rows.push(("Size", vec![format!("{size} bytes")]));
    let imports = facts.imports.iter();
    let imports = imports.map(|(module, names)| format!("{module}: {}", names.join(", ")));
    rows.push(("Imports", imports.collect()));
    rows.push(("Exports", facts.exports.clone()));
    rows.push(("WASI", vec![yes_or_no(facts.uses_wasi())]));
    let table: String = rows.iter().map(row).collect();
    match claims {
        Some(_) => format!("{table}{}", not_verified(path)),
        None => table.trim_end().to_owned(),
    }
}

fn not_verified(path: &Path) -> String {
    let file = remedy::file(path);
    format!("The claims are not verified: see `capwire verify {file}`.")
}

type Row = (&'static str, Vec<String>);

fn claim_rows(claims: &ActorClaims) -> Vec<Row> {
    let metadata = &claims.metadata;
    let mut rows = vec![
        ("Name", metadata.name.iter().cloned().collect()),
        ("Actor", vec![claims.subject.to_string()]),
    ];
    rows.extend(window_rows(claims, metadata.ver.as_deref(), metadata.rev));
    rows.extend([
        ("Capabilities", capabilities(metadata)),
        ("Tags", metadata.tags.clone()),
        ("Provider", vec![yes_or_no(metadata.prov)]),
        ("Hash", vec![metadata.hash.to_string()]),
    ]);
    rows
}

/// Returns the issuer, the version and the validity of claims.
fn window_rows<M: Metadata>(
    claims: &Claims<M>,
    version: Option<&str>,
    revision: Option<i32>,
) -> [Row; 5] {
    let date = |seconds: Option<u64>, otherwise: &str| {
        vec![seconds.map_or_else(|| otherwise.to_owned(), time::date)]
    };
    let revision = revision.map(|revision| format!("revision {revision}"));
    let version = version.map(str::to_owned).into_iter().chain(revision);
    [
        ("Issuer", vec![claims.issuer.to_string()]),
        ("Issued", vec![time::date(claims.issued_at)]),
        ("Valid from", date(claims.not_before, "at once")),
        ("Expires", date(claims.expires, "never")),
        ("Version", version.collect()),
    ]
}

/// Returns each capability with the rules that hold for it, one rule per line.
fn capabilities(metadata: &ActorMetadata) -> Vec<String> {
    let canonical = metadata.canonical(canonical_contract);
    let shown = metadata.caps.iter().flat_map(|id| {
        let whole = || vec![id.clone()];
        canonical
            .narrow
            .get(canonical_contract(id))
            .map_or_else(whole, |rules| match rules.is_empty() {
                true => vec![format!("{id}[nothing]")],
                false => rules.iter().map(|rule| narrowed(id, rule)).collect(),
            })
    });
    shown.collect()
}

fn narrowed(id: &str, rule: &Rule) -> String {
    match Permission::new(id, Some(rule.clone())) {
        Ok(permission) => permission.to_string(),
        Err(error) => format!("{id}, which no host takes: {error}"),
    }
}

fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

/// Returns the name and the values, one value per line.
fn row((name, values): &Row) -> String {
    const WIDTH: usize = 14;
    let values: Vec<String> = values.iter().map(|value| escaped(value)).collect();
    let values = match values.is_empty() {
        true => "none".to_owned(),
        false => values.join(&format!("\n{:WIDTH$}", "")),
    };
    format!("{:WIDTH$}{values}\n", format!("{name}:"))
}
