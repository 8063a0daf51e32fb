//! `capwire verify`

use super::archive::is_archive;
use crate::args::Verify;
use crate::error::Error;
use crate::{files, output, time};
use capwire::wascap::{
    Claims, Link, Metadata, PublicKey, TimeError, Verified, VerifiedArchive, VerifyError,
};
use capwire_text::escaped;
use serde_json::{Value, json};

pub(super) fn run(command: &Verify) -> Result<(), Error> {
    let bytes = files::read(&command.file)?;
    let file = command.file.display();
    let now = time::now()?;
    let verifier = command.trust.believe(now, &[])?.verifier;
    let judged = match is_archive(&command.file, &bytes) {
        true => verifier.verify_archive(&bytes, now).map(Valid::archive),
        false => verifier.verify_module(&bytes, now).map(|claims| {
            let name = claims.metadata.name.clone();
            Valid::new(&claims, name)
        }),
    };
    match judged {
        Ok(valid) if command.json => output::json(&valid.for_scripts()),
        Ok(valid) => {
            output::line(&escaped(&format!("{file}: valid; {}", valid.summary())))?;
            valid.tree()
        }
        Err(error) => {
            if command.json {
                output::json(&json!({ "valid": false, "reason": capwire_text::chain(&error) }))?;
            }
            let failure = Error::failure(format!("`{file}` is not valid"));
            let failure = if command.json {
                failure.reported()
            } else {
                failure
            };
            Err(match in_dates(&error) {
                Some(help) => failure.because(error).help(help),
                None => failure.because(error),
            })
        }
    }
}

/// The facts about a valid module or archive.
struct Valid {
    what: &'static str,
    name: Option<String>,
    subject: PublicKey,
    issuer: PublicKey,
    expires: Option<u64>,
    chain: Vec<Link>,
    claims: Value,
    /// The targets of the libraries in an archive.
    targets: Option<Vec<String>>,
}

impl Valid {
    fn new<M>(claims: &Verified<Claims<M>>, name: Option<String>) -> Self
    where
        M: Metadata<Subject = PublicKey>,
    {
        Self {
            what: M::TOKEN,
            name,
            subject: claims.subject,
            issuer: claims.issuer,
            expires: claims.expires,
            chain: claims.chain().to_vec(),
            claims: json!(**claims),
            targets: None,
        }
    }

    fn archive(archive: VerifiedArchive<'_>) -> Self {
        let claims = archive.claims();
        let targets = archive.libraries().map(|(target, _)| target.to_owned());
        Self {
            targets: Some(targets.collect()),
            ..Self::new(claims, claims.metadata.name.clone())
        }
    }

    fn for_scripts(&self) -> Value {
        let mut report = json!({ "valid": true, "claims": self.claims });
        if let (Some(targets), Some(report)) = (&self.targets, report.as_object_mut()) {
            report.insert("targets".to_owned(), json!(targets));
        }
        report
    }

    fn summary(&self) -> String {
        let Self {
            what,
            subject,
            issuer,
            ..
        } = self;
        let unnamed = || format!("an unnamed {what}");
        let name = self.name.clone().unwrap_or_else(unnamed);
        let ends = ends(self.expires);
        let targets = match &self.targets {
            Some(targets) => format!("; for {}", targets.join(", ")),
            None => String::new(),
        };
        format!("{name} ({subject}), signed by {issuer}, {ends}{targets}")
    }

    /// Prints the chain of trust, from the operator down.
    fn tree(&self) -> Result<(), Error> {
        if self.chain.is_empty() {
            return Ok(());
        }
        let Self { what, subject, .. } = self;
        let name = self.name.as_deref().unwrap_or("no name");
        let last = format!("{what} {name} ({subject}), {}", ends(self.expires));
        let above = self.chain.iter().rev().map(link);
        for (depth, line) in above.chain([last]).enumerate() {
            let branch = match depth {
                0 => String::new(),
                depth => format!("{}└─ ", "   ".repeat(depth - 1)),
            };
            output::line(&escaped(&format!("{branch}{line}")))?;
        }
        Ok(())
    }
}

fn link(link: &Link) -> String {
    let subject = link.subject();
    let signer = match link.signer() {
        signer if signer == subject => String::new(),
        signer => format!(", signs with {signer}"),
    };
    let (kind, name) = (subject.kind(), link.name().unwrap_or("no name"));
    let ends = ends(link.expires().map(|at| at.0));
    format!("{kind} {name} ({subject}){signer}, {ends}")
}

fn ends(at: Option<u64>) -> String {
    match at {
        None => "never expires".to_owned(),
        Some(at) => format!("expires {}", time::date(at)),
    }
}

/// Returns the validity of the token or link that failed, if only its time is wrong.
fn in_dates(error: &VerifyError) -> Option<String> {
    match error {
        VerifyError::Time(TimeError::Expired { at, .. }) => {
            Some(format!("it was valid until {}", time::date(at.0)))
        }
        VerifyError::Time(TimeError::NotYetValid { from, .. }) => {
            Some(format!("it will be valid from {}", time::date(from.0)))
        }
        VerifyError::Link { source, .. } => in_dates(source),
        _ => None,
    }
}
