//! Alternative names of contracts.

use crate::{blobstore, eventstreams, extras, http, keyvalue, logging, messaging};

/// Names that later hosts use for the same contracts.
const ALIASES: &[(&str, &str)] = &[
    ("wasmcloud:blobstore", blobstore::CONTRACT),
    ("wasmcloud:eventstreams", eventstreams::CONTRACT),
    ("wasmcloud:extras", extras::CONTRACT),
    ("wasmcloud:httpclient", http::CLIENT_CONTRACT),
    ("wasmcloud:httpserver", http::CONTRACT),
    ("wasmcloud:keyvalue", keyvalue::CONTRACT),
    ("wasmcloud:logging", logging::CONTRACT),
    ("wasmcloud:messaging", messaging::CONTRACT),
];

/// Returns all names of `contract`, first the canonical one that was passed.
///
/// ```
/// use capwire_contracts::contract_names;
///
/// let names: Vec<&str> = contract_names("wascc:http_client").collect();
/// assert_eq!(names, ["wascc:http_client", "wasmcloud:httpclient"]);
/// ```
pub fn contract_names(contract: &str) -> impl Iterator<Item = &str> {
    let aliases = ALIASES.iter().filter(move |(_, known)| *known == contract);
    std::iter::once(contract).chain(aliases.map(|(alias, _)| *alias))
}

/// Returns the canonical name of the contract `id`, which is `id` itself unless it is an alias.
///
/// ```
/// use capwire_contracts::canonical_contract;
///
/// assert_eq!(canonical_contract("wasmcloud:httpserver"), "wascc:http_server");
/// assert_eq!(canonical_contract("acme:thermostat"), "acme:thermostat");
/// ```
#[must_use]
pub fn canonical_contract(id: &str) -> &str {
    ALIASES
        .iter()
        .find(|(alias, _)| *alias == id)
        .map_or(id, |(_, contract)| contract)
}
