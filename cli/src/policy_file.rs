//! The operator's policy, compiled from its file.

mod watch;

pub(crate) use watch::Policing;

use crate::error::Error;
use crate::files;
use crate::place::{Place, malformed};
use capwire::wascap::{KeyKind, PublicKey};
use capwire::{ActorId, AppliesTo, Permission, PolicyRule, PolicyRules};
use capwire_manifest::{At, PolicyFile, PolicyPart};
use std::path::Path;

/// What the file at `path` says; nothing if there is none.
pub(crate) fn read(path: Option<&Path>) -> Result<PolicyRules, Error> {
    let Some(path) = path else {
        return Ok(PolicyRules::default());
    };
    compile(path, &files::read(path)?)
}

/// What `text`, the file at `path`, says.
fn compile(path: &Path, text: &[u8]) -> Result<PolicyRules, Error> {
    let text = str::from_utf8(text).map_err(|error| {
        Error::unreadable(format!("the policy `{}` is not text", path.display())).because(error)
    })?;
    let mut compiler = Compiler {
        path,
        limits: PolicyRules::default(),
        faults: Vec::new(),
    };
    match PolicyFile::parse(text) {
        Ok(file) => compiler.compile(&file),
        Err(faults) => {
            let faults = faults.into_iter().map(|fault| malformed(path, fault));
            compiler.faults.extend(faults);
        }
    }
    match Error::all(compiler.faults) {
        Some(error) => Err(error),
        None => Ok(compiler.limits),
    }
}

struct Compiler<'p> {
    path: &'p Path,
    limits: PolicyRules,
    faults: Vec<Error>,
}

impl Compiler<'_> {
    fn compile(&mut self, file: &PolicyFile) {
        self.part(AppliesTo::Everyone, &file.everyone);
        for (key, part) in &file.accounts {
            match account(&key.value) {
                Some(account) => self.part(AppliesTo::Account(account), part),
                None => self.fault(key, "this is no public key of an account"),
            }
        }
        for (key, part) in &file.actors {
            match key.value.parse::<ActorId>() {
                Ok(actor) => self.part(AppliesTo::Actor(actor), part),
                Err(error) => self.fault(key, error),
            }
        }
    }

    fn part(&mut self, whom: AppliesTo, part: &PolicyPart) {
        if part.start.as_ref().is_some_and(|start| !start.value) {
            self.limits.bar(whom);
        }
        if let Some((position, only)) = &part.only {
            let place = self.place(&At {
                value: (),
                position: *position,
            });
            let permissions = self.permissions(only);
            self.limits.add(whom, PolicyRule::only(place, &permissions));
        }
        if let Some(first) = part.limit.first() {
            let place = self.place(first);
            let permissions = self.permissions(&part.limit);
            self.limits
                .add(whom, PolicyRule::at_most(place, &permissions));
        }
    }

    fn permissions(&mut self, texts: &[At<String>]) -> Vec<Permission> {
        let mut permissions = Vec::new();
        for text in texts {
            match text.value.parse() {
                Ok(permission) => permissions.push(permission),
                Err(error) => self.fault::<capwire::PermissionError>(text, error),
            }
        }
        permissions
    }

    fn place<T>(&self, value: &At<T>) -> String {
        format!("{}:{}", self.path.display(), value.position.line)
    }

    fn fault<E: std::fmt::Display>(&mut self, at: &At<String>, problem: E) {
        self.faults.push(Place::of(self.path, at).error(problem));
    }
}

fn account(text: &str) -> Option<PublicKey> {
    let key: PublicKey = text.parse().ok()?;
    (key.kind() == KeyKind::Account).then_some(key)
}
