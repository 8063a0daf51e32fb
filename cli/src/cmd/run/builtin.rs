//! The providers that come with this binary.

use super::data::DataDir;
use crate::error::Error;
use capwire::provider::Provider;
use capwire::providers::{Extras, HttpServer, KeyValueEmbedded, Logging};
use capwire::{BindingName, ContractId, contracts};
use std::sync::Arc;

/// A provider that comes with this binary.
#[derive(Debug)]
pub(super) struct Builtin {
    /// What manifests call it.
    pub(super) name: &'static str,
    /// What it serves, and is the default for.
    pub(super) contract: &'static str,
    /// Whether a binding lets strangers call the actor.
    pub(super) opens_actors: bool,
    open: Open,
}

type Open = fn(&BindingName, &DataDir) -> Result<Arc<dyn Provider>, Error>;

/// Each is the only one of its contract, and so its default.
const BUILTINS: [Builtin; 4] = [
    Builtin {
        name: "extras",
        contract: contracts::extras::CONTRACT,
        opens_actors: false,
        open: |_, _| Ok(Arc::new(Extras::new())),
    },
    Builtin {
        name: "http-server",
        contract: contracts::http::CONTRACT,
        opens_actors: true,
        open: |_, _| Ok(Arc::new(HttpServer::new())),
    },
    Builtin {
        name: "keyvalue-embedded",
        contract: contracts::keyvalue::CONTRACT,
        opens_actors: false,
        open: open_store,
    },
    Builtin {
        name: "logging",
        contract: contracts::logging::CONTRACT,
        opens_actors: false,
        open: |_, _| Ok(Arc::new(Logging::new())),
    },
];

impl Builtin {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        BUILTINS.iter().find(|builtin| builtin.name == name)
    }

    /// The one that serves `contract` where a manifest asks for none.
    pub(super) fn default_of(contract: &ContractId) -> Option<&'static Self> {
        let serves = |builtin: &&Self| builtin.contract == contract.as_str();
        BUILTINS.iter().find(serves)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        BUILTINS.iter().map(|builtin| builtin.name)
    }

    pub(super) fn contracts() -> impl Iterator<Item = &'static str> {
        BUILTINS.iter().map(|builtin| builtin.contract)
    }

    /// Makes it ready to be bound. Blocks.
    pub(super) fn open(
        &self,
        name: &BindingName,
        data: &DataDir,
    ) -> Result<Arc<dyn Provider>, Error> {
        (self.open)(name, data)
    }
}

fn open_store(name: &BindingName, data: &DataDir) -> Result<Arc<dyn Provider>, Error> {
    let folder = data.folder("keyvalue", name.as_str())?;
    match KeyValueEmbedded::open(&folder) {
        Ok(store) => Ok(Arc::new(store)),
        Err(error) => Err(data.refused(&folder, error)),
    }
}
