//! `capwire keys`

use crate::args::{Keys, KeysGen};
use crate::error::Error;
use crate::files::Existing;
use crate::{keyfile, output, random};
use capwire::wascap::KeyPair;

pub(super) fn run(command: Keys) -> Result<(), Error> {
    match command {
        Keys::Gen(command) => generate(&command),
        Keys::Show { file } => show(&keyfile::read(&file)?),
    }
}

fn generate(command: &KeysGen) -> Result<(), Error> {
    let pair = KeyPair::generate(command.kind, &mut random::system());
    let Some(path) = &command.output else {
        show(&pair)?;
        return output::line(&format!("Seed: {}", *pair.seed()));
    };
    let existing = if command.force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    keyfile::write(path, &pair, existing)?;
    show(&pair)
}

fn show(pair: &KeyPair) -> Result<(), Error> {
    output::line(&format!("Public Key: {}", pair.public()))
}
