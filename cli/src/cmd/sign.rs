//! `capwire sign`

use super::derive;
use crate::args::Sign;
use crate::error::Error;
use crate::files::{Existing, Readers};
use crate::keyring::{self, Own};
use crate::{files, known, output, time};
use capwire::Permission;
use capwire::contracts::canonical_contract;
use capwire::wascap::{
    ActorClaimsBuilder, InspectError, ModuleError, PublicKey, Rule, UnixSeconds, canonicalize,
    inspect_module, sign_module,
};
use capwire_text::escaped;
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn run(mut command: Sign) -> Result<(), Error> {
    if !command.force {
        known::refuse_misspelt(&command.capabilities)?;
    }
    let module = module(&command)?;
    let name = name(command.name.as_deref(), &command.input)?;
    let issuer = keyring::key(command.issuer.as_deref(), "--issuer", Own::Account)?;
    let subject = keyring::key(command.subject.as_deref(), "--subject", Own::Module(&name))?;
    let subject = subject.public();
    if command.derive {
        let proposed = derive::propose(&module, subject, &command.recorded, command.yes)?;
        command.capabilities.extend(proposed);
    }
    let claims = claims(&command, &name, subject, time::now()?)?;
    let signed = sign_module(&module, claims, &issuer)
        .map_err(|error| unsignable(&command.input).because(error))?;
    write(&command.output, &signed)?;
    if command.json {
        return output::json(&facts(&command, &name, subject, issuer.public()));
    }
    report(&command, &name, subject)
}

/// Returns the error that the module in `file` cannot be signed.
pub(super) fn unsignable(file: &Path) -> Error {
    Error::failure(format!("cannot sign `{}`", file.display()))
}

/// Writes a signed module.
pub(super) fn write(file: &Path, signed: &[u8]) -> Result<(), Error> {
    let written = files::write(file, signed, Readers::Anybody, Existing::Replace);
    written.map_err(|error| {
        Error::failure(format!("cannot write `{}`", file.display())).because(error)
    })
}

/// Returns the module as it is to be signed. If the file is not a module, no keys are created.
fn module(command: &Sign) -> Result<Vec<u8>, Error> {
    let unsignable = || unsignable(&command.input);
    let module = files::read(&command.input)?;
    match inspect_module(&module) {
        Err(InspectError::Module(ModuleError::Unsigned | ModuleError::SeveralTokens { .. })) => {}
        Err(InspectError::Module(error)) => return Err(unsignable().because(error)),
        // Whatever token it has is replaced.
        _ => {}
    }
    if !command.legacy {
        return Ok(module);
    }
    canonicalize(&module).map_err(|error| unsignable().because(error))
}

/// Returns the given name, or the name of the file up to its first dot.
pub(super) fn name(given: Option<&str>, file: &Path) -> Result<String, Error> {
    if let Some(name) = given {
        return Ok(name.to_owned());
    }
    let file = file.file_name().map(|name| name.to_string_lossy());
    let stem = file.and_then(|file| Some(file.split('.').next()?.to_owned()));
    stem.filter(|stem| !stem.is_empty())
        .ok_or_else(|| Error::unreadable("the actor has no name").help("set one with `--name`"))
}

fn facts(command: &Sign, name: &str, subject: PublicKey, issuer: PublicKey) -> Value {
    json!({
        "file": command.output.display().to_string(),
        "name": name,
        "subject": subject.to_string(),
        "issuer": issuer.to_string(),
        "caps": shown(&command.capabilities),
    })
}

/// Returns the capabilities as a person writes them.
pub(super) fn shown(capabilities: &[Permission]) -> Vec<String> {
    capabilities.iter().map(ToString::to_string).collect()
}

fn claims(
    command: &Sign,
    name: &str,
    subject: PublicKey,
    now: UnixSeconds,
) -> Result<ActorClaimsBuilder, Error> {
    let mut claims = ActorClaimsBuilder::new(subject, now)?.name(name);
    claims = grant(claims, &command.capabilities);
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
    Ok(claims.provider(command.prov))
}

/// Claims each capability once under each of its names. Rules add up, also those for other names of
/// the capability; a capability that one permission grants completely has none.
pub(super) fn grant(
    mut claims: ActorClaimsBuilder,
    permissions: &[Permission],
) -> ActorClaimsBuilder {
    for (index, permission) in permissions.iter().enumerate() {
        let id = permission.capability();
        let mut earlier = permissions.iter().take(index);
        if earlier.any(|other| other.capability() == id) {
            continue;
        }
        claims = claims.capability(id);
        let contract = canonical_contract(id);
        let same = permissions
            .iter()
            .filter(|other| canonical_contract(other.capability()) == contract);
        let rules: Option<Vec<&Rule>> = same.map(Permission::rule).collect();
        for rule in rules.into_iter().flatten() {
            claims = claims.narrow(id, rule.clone());
        }
    }
    claims
}

fn report(command: &Sign, name: &str, subject: PublicKey) -> Result<(), Error> {
    let may = if command.capabilities.is_empty() {
        "no capabilities".to_owned()
    } else {
        shown(&command.capabilities).join(", ")
    };
    output::line(&escaped(&format!(
        "Signed {}: {name} ({subject}) with {may}",
        command.output.display(),
    )))
}
