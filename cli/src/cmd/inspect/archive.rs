//! Shows the claims and libraries of a provider archive.

use super::{Row, not_verified, row, window_rows};
use crate::args::Inspect;
use crate::error::Error;
use crate::output;
use capwire::wascap::{UnverifiedArchive, inspect_archive};
use serde_json::{Value, json};

pub(super) fn run(command: &Inspect, bytes: &[u8]) -> Result<(), Error> {
    let file = command.file.display();
    let archive = inspect_archive(bytes)
        .map_err(|error| Error::failure(format!("cannot inspect `{file}`")).because(error))?;
    if command.json {
        return output::json(&for_scripts(bytes.len(), &archive));
    }
    let table: String = rows(bytes.len(), &archive).iter().map(row).collect();
    output::line(&format!("{table}{}", not_verified(&command.file)))
}

/// The claims have the names and forms of the token itself.
fn for_scripts(size: usize, archive: &UnverifiedArchive<'_>) -> Value {
    let sizes = archive.libraries();
    let sizes = sizes.map(|(target, library)| (target.to_owned(), json!(library.len())));
    json!({
        "size": size,
        "verified": false,
        "claims": archive.claims().claims(),
        "libraries": Value::Object(sizes.collect()),
    })
}

fn rows(size: usize, archive: &UnverifiedArchive<'_>) -> Vec<Row> {
    let claims = archive.claims().claims();
    let metadata = &claims.metadata;
    let libraries = archive.libraries();
    let libraries = libraries.map(|(target, library)| format!("{target}: {} bytes", library.len()));
    let mut rows = vec![
        ("Name", metadata.name.iter().cloned().collect()),
        ("Provider", vec![claims.subject.to_string()]),
        ("Vendor", vec![metadata.vendor.clone()]),
        ("Capability", metadata.capid.iter().cloned().collect()),
    ];
    rows.extend(window_rows(claims, metadata.ver.as_deref(), metadata.rev));
    rows.push(("Size", vec![format!("{size} bytes")]));
    rows.push(("Libraries", libraries.collect()));
    rows
}
