//! `capwire schema`

use crate::error::Error;
use crate::output;
use crate::plan::Builtin;
use capwire::contracts::contract_names;
use capwire_manifest::ProviderKeys;

pub(super) fn run() -> Result<(), Error> {
    let providers: Vec<ProviderKeys> = Builtin::all().map(keys).collect();
    output::line(capwire_manifest::schema(&providers).trim_end())
}

fn keys(builtin: &Builtin) -> ProviderKeys {
    let keys = builtin.described();
    ProviderKeys {
        contracts: contract_names(builtin.contract)
            .map(str::to_owned)
            .collect(),
        keys: keys.map(|(name, about)| (name.to_owned(), about)).collect(),
    }
}
