//! `capwire verify`

use crate::args::Verify;
use crate::error::{Error, printable};
use crate::{files, output, time};
use capwire::wascap::{ActorClaims, Verifier};

pub(super) fn run(command: &Verify) -> Result<(), Error> {
    let module = files::read(&command.file)?;
    let file = command.file.display();
    match Verifier::new().verify_module(&module, time::now()?) {
        Ok(claims) => output::line(&printable(&format!("{file}: valid; {}", summary(&claims)))),
        Err(error) => Err(Error::failure(format!("`{file}` is not valid")).because(error)),
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
