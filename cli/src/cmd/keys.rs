//! `capwire keys`

use crate::args::{Keys, KeysGen};
use crate::error::Error;
use crate::files::Existing;
use crate::{keyfile, output};
use capwire::wascap::KeyPair;
use serde_json::{Map, Value};

pub(super) fn run(command: Keys) -> Result<(), Error> {
    match command {
        Keys::Gen(command) => generate(&command),
        Keys::Show { file, json: false } => show(&keyfile::read(&file)?),
        Keys::Show { file, json: true } => output::json(&facts(&keyfile::read(&file)?).into()),
    }
}

fn generate(command: &KeysGen) -> Result<(), Error> {
    let pair = KeyPair::generate(command.kind)?;
    if let Some(path) = &command.output {
        let existing = match command.force {
            true => Existing::Replace,
            false => Existing::Keep,
        };
        keyfile::write(path, &pair, existing)?;
    }
    match (command.json, command.output.is_some()) {
        (false, true) => show(&pair),
        (false, false) => {
            show(&pair)?;
            output::line(&format!("Seed: {}", *pair.seed()))
        }
        (true, true) => output::json(&facts(&pair).into()),
        (true, false) => {
            let mut report = facts(&pair);
            report.insert("seed".to_owned(), pair.seed().as_str().into());
            output::json(&report.into())
        }
    }
}

fn show(pair: &KeyPair) -> Result<(), Error> {
    output::line(&format!("Public Key: {}", pair.public()))
}

fn facts(pair: &KeyPair) -> Map<String, Value> {
    let key = pair.public();
    [
        ("kind", key.kind().name().to_owned()),
        ("public", key.to_string()),
    ]
    .into_iter()
    .map(|(fact, value)| (fact.to_owned(), value.into()))
    .collect()
}
