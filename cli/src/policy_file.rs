//! The operator's policy, compiled from its file.

mod watch;

pub(crate) use watch::Policing;

use crate::error::Error;
use crate::files;
use crate::known;
use crate::place::{Place, malformed};
use capwire::wascap::{KeyKind, PublicKey};
use capwire::{ActorId, AppliesTo, ChainRule, Permission, PolicyRule, PolicyRules};
use capwire_manifest::{At, Chain, PolicyFile, PolicySection};
use std::path::Path;

/// Returns the rules of the file at `path`, or none if there is no file.
pub(crate) fn read(path: Option<&Path>) -> Result<PolicyRules, Error> {
    let Some(path) = path else {
        return Ok(PolicyRules::default());
    };
    compile(path, &files::read(path)?)
}

/// Returns the rules of `text`, the file at `path`.
fn compile(path: &Path, text: &[u8]) -> Result<PolicyRules, Error> {
    let text = str::from_utf8(text).map_err(|error| {
        Error::unreadable(format!("the policy `{}` is not UTF-8 text", path.display()))
            .because(error)
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
        self.section(AppliesTo::Everyone, &file.everyone);
        for (key, section) in &file.accounts {
            match account(&key.value) {
                Some(account) => self.section(AppliesTo::Account(account), section),
                None => self.fault(key, "this is no public key of an account"),
            }
        }
        for (key, section) in &file.actors {
            match key.value.parse::<ActorId>() {
                Ok(actor) => self.section(AppliesTo::Actor(actor), section),
                Err(error) => self.fault(key, error),
            }
        }
    }

    fn section(&mut self, applies_to: AppliesTo, section: &PolicySection) {
        if section.start.as_ref().is_some_and(|start| !start.value) {
            self.limits.bar(applies_to);
        }
        if let Some((position, only)) = &section.only {
            let place = self.place(&At {
                value: (),
                position: *position,
            });
            let permissions = self.permissions(only);
            self.limits
                .add(applies_to, PolicyRule::only(place, &permissions));
        }
        if let Some(chain) = &section.chain {
            self.limits.set_chain(applies_to, chain_rule(chain.value));
        }
        if let Some(first) = section.limit.first() {
            let place = self.place(first);
            let permissions = self.permissions(&section.limit);
            self.limits
                .add(applies_to, PolicyRule::at_most(place, &permissions));
        }
    }

    fn permissions(&mut self, texts: &[At<String>]) -> Vec<Permission> {
        let mut permissions = Vec::new();
        for text in texts {
            match text.value.parse::<Permission>() {
                Ok(permission) => {
                    // A misspelt name would restrict nothing.
                    self.faults
                        .extend(known::misspelt(&permission).into_iter().map(|unknown| {
                            let place = Place::of(self.path, text);
                            place.error(unknown.problem).help(unknown.help)
                        }));
                    permissions.push(permission);
                }
                Err(error) => self.fault(text, error),
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

/// Returns the rule that a file asks for.
pub(crate) fn chain_rule(chain: Chain) -> ChainRule {
    match chain {
        Chain::Own => ChainRule::Own,
        Chain::Shrink => ChainRule::Shrink,
    }
}

fn account(text: &str) -> Option<PublicKey> {
    let key: PublicKey = text.parse().ok()?;
    (key.kind() == KeyKind::Account).then_some(key)
}
