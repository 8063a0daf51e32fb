//! `capwire build`

use super::derive::{self, Findings};
use super::{claims, sign};
use crate::args::Build as Command;
use crate::error::Error;
use crate::keyring::{self, Own};
use crate::output;
use crate::project::Project;
use crate::{files, time};
use capwire::Permission;
use capwire::wascap::{
    ActorClaimsBuilder, ActorMetadata, KeyPair, PublicKey, inspect_module, sign_module,
};
use capwire_project::{Build, CompileError, compile};
use capwire_text::escaped;
use serde_json::json;
use std::fs;
use std::path::PathBuf;

pub(super) fn run(command: &Command) -> Result<(), Error> {
    let project = Project::around(&command.folder)?;
    let built = build(&project, Build::Release, command.yes)?;
    if command.json {
        return output::json(&json!({
            "file": built.file.display().to_string(),
            "name": project.name.as_str(),
            "bytes": built.bytes,
            "revision": built.revision,
            "caps": sign::shown(&built.capabilities),
            "changed": built.is_new,
            "wider": built.wider,
        }));
    }
    output::line(&escaped(&built.shown()))
}

/// A signed module in a project's folder.
pub(super) struct Built {
    pub(super) file: PathBuf,
    pub(super) key: PublicKey,
    pub(super) bytes: usize,
    pub(super) revision: i32,
    pub(super) capabilities: Vec<Permission>,
    /// False if the earlier build is the same.
    pub(super) is_new: bool,
    /// The rights that the actor did not have after the earlier build.
    pub(super) wider: Vec<String>,
}

impl Built {
    /// Returns what was built, for people.
    pub(super) fn shown(&self) -> String {
        let kib = self.bytes.div_ceil(1024);
        let file = format!(
            "{}: {kib} KiB, revision {}",
            self.file.display(),
            self.revision
        );
        match (self.is_new, self.capabilities.is_empty()) {
            (false, _) => format!("Unchanged: {file}"),
            (true, true) => format!("Built {file}, with no capabilities"),
            (true, false) => {
                let capabilities = sign::shown(&self.capabilities).join(", ");
                format!("Built {file}, with {capabilities}")
            }
        }
    }
}

/// Builds the module of a project as quickly as possible, and returns it signed. Writes nothing into
/// the folder of releases.
pub(super) fn for_tests(project: &Project) -> Result<Vec<u8>, Error> {
    let prepared = Prepared::build(project, Build::Live, true)?;
    prepared.sign(1)
}

/// Builds and signs the module of a project. The revision is one more than that of the earlier
/// build, if anything differs. Keys are created if they are missing.
pub(super) fn build(project: &Project, purpose: Build, yes: bool) -> Result<Built, Error> {
    let prepared = Prepared::build(project, purpose, yes)?;
    let file = project.module();
    let earlier = earlier(&file);
    let revision = earlier.as_ref().and_then(|earlier| earlier.rev);
    let signed = prepared.sign(revision.unwrap_or(1))?;
    let metadata = metadata(&signed);
    let wider = match (&earlier, &metadata) {
        (Some(earlier), Some(metadata)) => claims::widenings(earlier, metadata),
        _ => Vec::new(),
    };
    let is_new = earlier.is_none() || earlier != metadata;
    let (signed, revision) = match (is_new, revision) {
        (true, Some(revision)) => {
            let next = revision.saturating_add(1);
            (prepared.sign(next)?, next)
        }
        (_, revision) => (signed, revision.unwrap_or(1)),
    };
    if is_new {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(|error| files::unreadable(folder, error))?;
        }
        sign::write(&file, &signed)?;
    }
    for wider in &wider {
        output::aside(format_args!(
            "may do more than before: {}\n",
            escaped(wider)
        ));
    }
    Ok(Built {
        file,
        key: prepared.subject,
        bytes: signed.len(),
        revision,
        capabilities: prepared.capabilities,
        is_new,
        wider,
    })
}

/// Returns the capabilities that the project file lists, or those that the module seems to need.
fn capabilities(
    project: &Project,
    wasm: &[u8],
    actor: PublicKey,
    yes: bool,
) -> Result<Vec<Permission>, Error> {
    let file = project.file();
    let Some(listed) = &project.capabilities else {
        let proposed = derive::propose(wasm, actor, &[], yes);
        let proposed = proposed.map_err(|error| {
            error.help(format!(
                "list `capabilities` in `{}`, or accept the proposal with `--yes`",
                file.display()
            ))
        })?;
        return Ok(proposed);
    };
    if let Ok(findings) = Findings::of(wasm) {
        for contract in findings.not_in(listed) {
            let file = file.display();
            output::aside(format_args!(
                "the module names `{contract}`, which `{file}` does not list in `capabilities`\n"
            ));
        }
    }
    Ok(listed.clone())
}

/// Returns the claims of the earlier build, if there is one.
fn earlier(file: &std::path::Path) -> Option<ActorMetadata> {
    metadata(&files::read(file).ok()?)
}

fn metadata(signed: &[u8]) -> Option<ActorMetadata> {
    let inspected = inspect_module(signed).ok()?;
    Some(inspected.claims().metadata.clone())
}

/// A module, and what it is signed with.
struct Prepared<'p> {
    project: &'p Project,
    wasm: Vec<u8>,
    subject: PublicKey,
    issuer: KeyPair,
    capabilities: Vec<Permission>,
}

impl<'p> Prepared<'p> {
    /// Compiles the module, and finds out what it may do. Keys are created if they are missing.
    fn build(project: &'p Project, purpose: Build, yes: bool) -> Result<Self, Error> {
        let name = project.name.as_str();
        let unsigned = compile(&project.folder, name, project.language, purpose)
            .map_err(|error| failed("cannot build", project, error))?;
        let wasm = files::read(&unsigned)?;
        let issuer = keyring::key(None, "--issuer", Own::Account)?;
        let subject = keyring::key(None, "--subject", Own::Module(name))?.public();
        let capabilities = capabilities(project, &wasm, subject, yes)?;
        Ok(Self {
            project,
            wasm,
            subject,
            issuer,
            capabilities,
        })
    }

    fn sign(&self, revision: i32) -> Result<Vec<u8>, Error> {
        let project = self.project;
        let claims = ActorClaimsBuilder::new(self.subject, time::now()?)?;
        let claims = claims.name(project.name.as_str()).revision(revision);
        let mut claims = sign::grant(claims, &self.capabilities);
        if let Some(version) = &project.version {
            claims = claims.version(version);
        }
        let signed = sign_module(&self.wasm, claims, &self.issuer);
        signed.map_err(|error| sign::unsignable(&project.module()).because(error))
    }
}

/// Returns the error that a tool of the project's language failed.
pub(super) fn failed(what: &str, project: &Project, error: CompileError) -> Error {
    let remedy = error.remedy();
    let failed = Error::failure(format!("{what} `{}`", project.name)).because(error);
    match remedy {
        Some(remedy) => failed.help(remedy),
        None => failed,
    }
}
