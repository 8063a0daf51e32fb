//! `capwire sign`

use crate::args::Sign;
use crate::error::{Error, printable};
use crate::files::{Existing, Readers};
use crate::{files, keyfile, output, random, time};
use capwire::wascap::{ActorClaimsBuilder, KeyKind, PublicKey, UnixSeconds, sign_module};
use serde_json::{Value, json};

pub(super) fn run(command: Sign) -> Result<(), Error> {
    let issuer = keyfile::read_of_kind(&command.issuer, "--issuer", KeyKind::Account)?;
    let subject = keyfile::read_of_kind(&command.subject, "--subject", KeyKind::Module)?.public();
    let module = files::read(&command.input)?;
    let claims = claims(&command, subject, time::now()?);
    let signed = sign_module(&module, claims, &issuer).map_err(|error| {
        Error::failure(format!("cannot sign `{}`", command.input.display())).because(error)
    })?;
    files::write(
        &command.output,
        &signed,
        Readers::Anybody,
        Existing::Replace,
    )
    .map_err(|error| {
        Error::failure(format!("cannot write `{}`", command.output.display())).because(error)
    })?;
    if command.json {
        return output::json(&facts(&command, subject, issuer.public()));
    }
    report(&command, subject)
}

fn facts(command: &Sign, subject: PublicKey, issuer: PublicKey) -> Value {
    json!({
        "file": command.output.display().to_string(),
        "name": command.name,
        "subject": subject.to_string(),
        "issuer": issuer.to_string(),
        "caps": command.capabilities,
    })
}

fn claims(command: &Sign, subject: PublicKey, now: UnixSeconds) -> ActorClaimsBuilder {
    let mut claims =
        ActorClaimsBuilder::new(subject, now, &mut random::system()).name(&command.name);
    for capability in &command.capabilities {
        claims = claims.capability(capability);
    }
    for tag in &command.tags {
        claims = claims.tag(tag);
    }
    if let Some(version) = &command.version {
        claims = claims.version(version);
    }
    if let Some(revision) = command.revision {
        claims = claims.revision(revision);
    }
    if let Some(duration) = command.expires {
        claims = claims.expires(now.plus(duration));
    }
    if let Some(duration) = command.not_before {
        claims = claims.not_before(now.plus(duration));
    }
    claims.provider(command.prov)
}

fn report(command: &Sign, subject: PublicKey) -> Result<(), Error> {
    let may = if command.capabilities.is_empty() {
        "no capabilities".to_owned()
    } else {
        command.capabilities.join(", ")
    };
    output::line(&printable(&format!(
        "Signed {}: {} ({subject}) with {may}",
        command.output.display(),
        command.name
    )))
}
