//! `capwire keys`

use crate::args::{Keys, KeysGen};
use crate::error::Error;
use crate::files::Existing;
use crate::{keyfile, output};
use capwire::wascap::KeyPair;
use getrandom::{SysRng, rand_core::UnwrapErr};

pub(super) fn run(command: Keys) -> Result<(), Error> {
    match command {
        Keys::Gen(command) => generate(&command),
        Keys::Show { file } => show(&keyfile::read(&file)?),
    }
}

fn generate(command: &KeysGen) -> Result<(), Error> {
    let pair = KeyPair::generate(command.kind, &mut UnwrapErr(SysRng));
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
