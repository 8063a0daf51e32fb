//! `capwire verify`

use crate::args::Verify;
use crate::error::{Error, printable};
use crate::{files, output, time};
use capwire::wascap::{ActorClaims, TimeError, Verifier, VerifyError};
use serde_json::json;

pub(super) fn run(command: &Verify) -> Result<(), Error> {
    let module = files::read(&command.file)?;
    let file = command.file.display();
    match Verifier::new().verify_module(&module, time::now()?) {
        Ok(claims) if command.json => output::json(&json!({ "valid": true, "claims": *claims })),
        Ok(claims) => output::line(&printable(&format!("{file}: valid; {}", summary(&claims)))),
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
    let expires = match claims.expires {
        None => "never expires".to_owned(),
        Some(at) => format!("expires {}", time::date(at)),
    };
    let (subject, issuer) = (claims.subject, claims.issuer);
    format!("{name} ({subject}), signed by {issuer}, {expires}")
}
