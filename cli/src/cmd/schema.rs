//! `capwire schema`

use crate::error::Error;
use crate::output;
use crate::plan::Builtin;
use capwire::contracts::contract_names;
use capwire_manifest::ProviderKeys;

pub(super) fn run() -> Result<(), Error> {
    let providers: Vec<ProviderKeys> = Builtin::contracts().map(keys).collect();
    output::line(capwire_manifest::schema(&providers).trim_end())
}

/// Returns the keys of bindings to `contract`. A schema cannot tell which of several providers a binding gets, so it
/// accepts the keys of each, and their descriptions name the provider.
fn keys(contract: &str) -> ProviderKeys {
    let serve: Vec<_> = Builtin::all()
        .filter(|builtin| builtin.contract == contract)
        .collect();
    let mut keys: Vec<(String, String)> = Vec::new();
    for builtin in &serve {
        for (name, about) in builtin.described() {
            let about = match serve.len() {
                1 => about,
                _ => format!("A key of {}. {about}", builtin.name)
                    .trim_end()
                    .to_owned(),
            };
            match keys.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = format!("{known} {about}"),
                None => keys.push((name.to_owned(), about)),
            }
        }
    }
    ProviderKeys {
        contracts: contract_names(contract).map(str::to_owned).collect(),
        keys,
    }
}
