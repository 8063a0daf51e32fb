//! `capwire archive`

use super::sign::name;
use crate::args::Archive;
use crate::error::Error;
use crate::files::{Existing, Readers};
use crate::keyring::{self, Own};
use crate::{files, known, output, time};
use capwire::wascap::{
    ClaimsBuilder, KeyPair, ProviderMetadata, PublicKey, UnixSeconds, sign_archive,
};
use capwire_text::escaped;
use serde_json::json;
use std::path::Path;

pub(super) fn run(command: &Archive) -> Result<(), Error> {
    if let (Some(unknown), false) = (known::contract(&command.contract), command.force) {
        return Err(unknown.refused());
    }
    let name = name(command.name.as_deref(), &command.output)?;
    let libraries = command.libraries.iter();
    let libraries =
        libraries.map(|library| Ok((library.target.as_str(), files::read(&library.file)?)));
    let libraries: Vec<_> = libraries.collect::<Result<_, Error>>()?;
    let issuer = keyring::key(command.issuer.as_deref(), "--issuer", Own::Account)?;
    let subject = keyring::key(
        command.subject.as_deref(),
        "--subject",
        Own::Provider(&name),
    )?;
    let claims = claims(command, &name, subject.public(), time::now()?)?;
    let libraries = libraries
        .iter()
        .map(|(target, bytes)| (*target, bytes.as_slice()));
    let file = command.output.display();
    let archive = sign_archive(libraries, claims, &issuer)
        .map_err(|error| Error::failure(format!("cannot create `{file}`")).because(error))?;
    files::write(
        &command.output,
        &archive,
        Readers::Anybody,
        Existing::Replace,
    )
    .map_err(|error| Error::failure(format!("cannot write `{file}`")).because(error))?;
    report(command, &name, subject.public(), &issuer)
}

fn claims(
    command: &Archive,
    name: &str,
    subject: PublicKey,
    now: UnixSeconds,
) -> Result<ClaimsBuilder<ProviderMetadata>, Error> {
    let mut metadata = ProviderMetadata::default();
    metadata.name = Some(name.to_owned());
    metadata.capid = Some(command.contract.clone());
    metadata.vendor.clone_from(&command.vendor);
    metadata.rev = command.revision;
    metadata.ver.clone_from(&command.version);
    let claims = ClaimsBuilder::with_metadata(subject, metadata, now)?;
    Ok(match command.expires {
        Some(duration) => claims.expires(now.plus(duration)),
        None => claims,
    })
}

fn report(
    command: &Archive,
    name: &str,
    subject: PublicKey,
    issuer: &KeyPair,
) -> Result<(), Error> {
    let (file, contract) = (command.output.display().to_string(), &command.contract);
    let targets = command.libraries.iter();
    let targets: Vec<_> = targets.map(|library| library.target.as_str()).collect();
    if command.json {
        return output::json(&json!({
            "file": file,
            "name": name,
            "subject": subject.to_string(),
            "issuer": issuer.public().to_string(),
            "capid": contract,
            "targets": targets,
        }));
    }
    let targets = targets.join(", ");
    output::line(&escaped(&format!(
        "Wrote {file}: {name} ({subject}), {contract} for {targets}"
    )))
}

/// Returns `true` if a file is meant to be a provider archive, by its name or its content.
pub(super) fn is_archive(path: &Path, bytes: &[u8]) -> bool {
    const TAR: (usize, &[u8]) = (257, b"ustar");
    let is_named = path.extension().is_some_and(|extension| extension == "par");
    let is_tar = || {
        let (at, magic) = TAR;
        bytes.get(at..).is_some_and(|rest| rest.starts_with(magic))
    };
    !bytes.starts_with(b"\0asm") && (is_named || is_tar())
}
