//! `capwire token`

use crate::args::{Token, TokenAccount, TokenCommon, TokenOperator, TokenRevocations};
use crate::error::Error;
use crate::files::{Existing, Readers};
use crate::keyring::{self, Own};
use crate::{files, output, time};
use capwire::wascap::{
    AccountMetadata, ClaimsBuilder, KeyPair, OperatorMetadata, PublicKey, RevocationMetadata,
    SignError, Standalone, Subject, sign_token,
};
use capwire_text::escaped;

pub(super) fn run(command: Token) -> Result<(), Error> {
    match command {
        Token::Operator(command) => operator(command),
        Token::Account(command) => account(command),
        Token::Revocations(command) => revocations(command),
    }
}

fn operator(command: TokenOperator) -> Result<(), Error> {
    let key = operator_key(&command.common)?;
    let mut metadata = OperatorMetadata::default();
    metadata.name = command.name;
    metadata.valid_signers = command.signers;
    make(&command.common, &key, key.public(), metadata)
}

fn account(command: TokenAccount) -> Result<(), Error> {
    let key = operator_key(&command.common)?;
    let account = match command.account {
        Some(account) => account,
        None => keyring::key(None, "--account", Own::Account)?.public(),
    };
    let mut metadata = AccountMetadata::default();
    metadata.name = command.name;
    metadata.valid_signers = command.signers;
    make(&command.common, &key, account, metadata)
}

fn revocations(command: TokenRevocations) -> Result<(), Error> {
    let key = operator_key(&command.common)?;
    let mut metadata = RevocationMetadata::new(command.number);
    metadata.keys.extend(command.keys);
    metadata.tokens.extend(command.tokens);
    metadata.modules.extend(command.modules);
    for before in command.before {
        // Of two times for a key, the one that takes back more.
        let time = metadata.issued_before.entry(before.key).or_default();
        *time = before.time.max(*time);
    }
    make(&command.common, &key, key.public(), metadata)
}

fn operator_key(common: &TokenCommon) -> Result<KeyPair, Error> {
    keyring::key(common.key.as_deref(), "--key", Own::Operator)
}

fn make<M>(
    common: &TokenCommon,
    signer: &KeyPair,
    subject: PublicKey,
    metadata: M,
) -> Result<(), Error>
where
    M: Standalone<Subject = PublicKey>,
{
    let now = time::now()?;
    let mut claims = ClaimsBuilder::with_metadata(subject, metadata, now)?;
    if let Some(duration) = common.expires {
        claims = claims.expires(now.plus(duration));
    }
    if let Some(duration) = common.not_before {
        claims = claims.not_before(now.plus(duration));
    }
    let token = sign_token(claims, signer).map_err(refused)?;
    let path = &common.output;
    let failed =
        |error| Error::failure(format!("cannot write `{}`", path.display())).because(error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let text = format!("{token}\n");
    files::write(path, text.as_bytes(), Readers::Anybody, Existing::Replace).map_err(failed)?;
    let (token, path, signer) = (M::TOKEN, path.display(), signer.public());
    let subject = subject
        .key()
        .map_or_else(String::new, |key| key.to_string());
    output::line(&escaped(&format!(
        "Wrote {path}: the {token} token of {subject}, signed by {signer}"
    )))
}

fn refused(error: SignError) -> Error {
    Error::failure("the token cannot be signed").because(error)
}
