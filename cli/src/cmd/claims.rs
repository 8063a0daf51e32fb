//! `capwire claims`

use super::archive::is_archive;
use crate::args::Claims as Command;
use crate::error::Error;
use crate::{files, keyring, output};
use capwire::contracts::canonical_contract;
use capwire::wascap::{
    AccountMetadata, ActorClaims, ActorMetadata, ClusterMetadata, Metadata, OperatorMetadata,
    ProviderMetadata, RevocationMetadata, Standalone, TokenError, inspect_archive, inspect_module,
    inspect_token,
};
use capwire_text::escaped;
use serde_json::json;
use std::path::Path;

pub(super) fn run(command: &Command) -> Result<(), Error> {
    match command {
        Command::Show { file } => show(file),
        Command::Diff { old, new, json } => diff(old, new, *json),
    }
}

/// Returns the claims as JSON, with the names of the token.
fn show(file: &Path) -> Result<(), Error> {
    let bytes = files::read(file)?;
    if bytes.starts_with(b"\0asm") {
        let claims = actor(file)?;
        return output::json(&json!({ "type": "actor", "verified": false, "claims": claims }));
    }
    if is_archive(file, &bytes) {
        let archive = inspect_archive(&bytes).map_err(|error| unreadable(file).because(error))?;
        let claims = archive.claims().claims();
        return output::json(&json!({ "type": "provider", "verified": false, "claims": claims }));
    }
    let token = keyring::token(file)?;
    // A token does not say of which type it is, but the kinds of its keys do.
    let readers = [
        read::<RevocationMetadata>,
        read::<OperatorMetadata>,
        read::<AccountMetadata>,
        read::<ClusterMetadata>,
        read::<ProviderMetadata>,
    ];
    let mut reason = None;
    for reader in readers {
        match reader(&token) {
            Ok(Some(shown)) => return output::json(&shown),
            Ok(None) => {}
            Err(error) => reason = Some(error),
        }
    }
    let failure = Error::failure(format!("cannot read the token in `{}`", file.display()));
    Err(match reason {
        Some(error) => failure.because(error),
        None => failure,
    })
}

fn read<M>(token: &str) -> Result<Option<serde_json::Value>, TokenError>
where
    M: Standalone<Subject = capwire::wascap::PublicKey>,
{
    let unverified = inspect_token::<M>(token)?;
    let claims = unverified.claims();
    let fits = M::SUBJECTS.contains(&claims.subject.kind());
    Ok(
        fits.then(
            || json!({ "type": <M as Metadata>::TOKEN, "verified": false, "claims": claims }),
        ),
    )
}

fn diff(old: &Path, new: &Path, json: bool) -> Result<(), Error> {
    let (older, newer) = (actor(old)?, actor(new)?);
    let wider = widenings(&older.metadata, &newer.metadata);
    if json {
        output::json(&json!({ "wider": wider }))?;
    } else if wider.is_empty() {
        output::line("nothing is wider")?;
    } else {
        let lines: Vec<String> = wider
            .iter()
            .map(|one| escaped(&format!("wider: {one}")))
            .collect();
        output::line(&lines.join("\n"))?;
    }
    if wider.is_empty() {
        return Ok(());
    }
    let (new, old) = (new.display(), old.display());
    Err(Error::wider(format!("`{new}` may do more than `{old}`")).reported())
}

/// Returns what `newer` may do and `older` may not, as texts.
pub(super) fn widenings(older: &ActorMetadata, newer: &ActorMetadata) -> Vec<String> {
    let canonical = |metadata: &ActorMetadata| metadata.canonical(canonical_contract);
    let wider = canonical(newer).widenings(&canonical(older));
    wider.iter().map(ToString::to_string).collect()
}

fn actor(file: &Path) -> Result<ActorClaims, Error> {
    let unverified = inspect_module(&files::read(file)?);
    let unverified = unverified.map_err(|error| unreadable(file).because(error))?;
    Ok(unverified.claims().clone())
}

fn unreadable(file: &Path) -> Error {
    Error::failure(format!("cannot read the claims of `{}`", file.display()))
}
