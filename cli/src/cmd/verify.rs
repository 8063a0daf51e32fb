//! `capwire verify`

use crate::args::Verify;
use crate::error::{Error, printable};
use crate::{files, output, time};
use capwire::wascap::{ActorClaims, TimeError, Verified, VerifyError};
use serde_json::json;

pub(super) fn run(command: &Verify) -> Result<(), Error> {
    let module = files::read(&command.file)?;
    let file = command.file.display();
    let now = time::now()?;
    let belief = command.trust.believe(now, &[])?;
    match belief.verifier.verify_module(&module, now) {
        Ok(claims) if command.json => output::json(&json!({ "valid": true, "claims": *claims })),
        Ok(claims) => {
            output::line(&printable(&format!("{file}: valid; {}", summary(&claims))))?;
            tree(&claims)
        }
        Err(error) => {
            if command.json {
                output::json(&json!({ "valid": false, "reason": error.to_string() }))?;
            }
            let failure = Error::failure(format!("`{file}` is not valid"));
            Err(match in_dates(&error) {
                Some(help) => failure.because(error).help(help),
                None => failure.because(error),
            })
        }
    }
}

/// Who vouches for it, from the operator down.
fn tree(claims: &Verified<ActorClaims>) -> Result<(), Error> {
    if claims.chain().is_empty() {
        return Ok(());
    }
    let above = claims.chain().iter().rev().map(|link| {
        let signer = match link.signer() == link.subject() {
            true => String::new(),
            false => format!(", signs with {}", link.signer()),
        };
        let until = link.expires().map(|at| at.0);
        let (kind, name) = (link.subject().kind(), link.name().unwrap_or("no name"));
        format!(
            "{kind} {name} ({}){signer}, {}",
            link.subject(),
            ends(until)
        )
    });
    let name = claims.metadata.name.as_deref().unwrap_or("no name");
    let actor = format!(
        "actor {name} ({}), {}",
        claims.subject,
        ends(claims.expires)
    );
    for (depth, line) in above.chain([actor]).enumerate() {
        let branch = match depth {
            0 => String::new(),
            depth => format!("{}└─ ", "   ".repeat(depth - 1)),
        };
        output::line(&printable(&format!("{branch}{line}")))?;
    }
    Ok(())
}

fn ends(at: Option<u64>) -> String {
    match at {
        None => "never expires".to_owned(),
        Some(at) => format!("expires {}", time::date(at)),
    }
}

/// When it is valid, if the time is all that is wrong.
fn in_dates(error: &VerifyError) -> Option<String> {
    match error {
        VerifyError::Time(TimeError::Expired { at, .. }) => {
            Some(format!("it was valid until {}", time::date(at.0)))
        }
        VerifyError::Time(TimeError::NotYetValid { from, .. }) => {
            Some(format!("it will be valid from {}", time::date(from.0)))
        }
        _ => None,
    }
}

fn summary(claims: &ActorClaims) -> String {
    let name = claims.metadata.name.as_deref().unwrap_or("an actor");
    let expires = ends(claims.expires);
    let (subject, issuer) = (claims.subject, claims.issuer);
    format!("{name} ({subject}), signed by {issuer}, {expires}")
}
