//! The contracts of this crate, with their operations.

use crate::core::Operation;
use crate::{
    blobstore, config, eventstreams, extras, http, keyvalue, logging, messaging, sql, timer,
};

/// The contracts, by their canonical names.
const CONTRACTS: &[(&str, &[Operation])] = &[
    (blobstore::CONTRACT, blobstore::OPERATIONS),
    (config::CONTRACT, config::OPERATIONS),
    (eventstreams::CONTRACT, eventstreams::OPERATIONS),
    (extras::CONTRACT, extras::OPERATIONS),
    (http::CLIENT_CONTRACT, http::CLIENT_OPERATIONS),
    (http::CONTRACT, http::OPERATIONS),
    (keyvalue::CONTRACT, keyvalue::OPERATIONS),
    (logging::CONTRACT, logging::OPERATIONS),
    (messaging::CONTRACT, messaging::OPERATIONS),
    (sql::CONTRACT, sql::OPERATIONS),
    (timer::CONTRACT, timer::OPERATIONS),
];

/// Returns the canonical names of all contracts of this crate.
pub fn known_contracts() -> impl Iterator<Item = &'static str> {
    CONTRACTS.iter().map(|(contract, _)| *contract)
}

/// Returns the names of all operations of `contract`, or `None` if this crate does not have that
/// contract. `contract` is a [canonical](crate::canonical_contract) name.
///
/// ```
/// use capwire_contracts::known_operations;
///
/// assert!(known_operations("wascc:keyvalue").unwrap().contains(&"Get"));
/// assert_eq!(known_operations("acme:thermostat"), None);
/// ```
#[must_use]
pub fn known_operations(contract: &str) -> Option<Vec<&'static str>> {
    let (_, operations) = CONTRACTS.iter().find(|(known, _)| *known == contract)?;
    let aliases = match contract {
        logging::CONTRACT => &[logging::OP_WRITE_LOG_ALIAS][..],
        _ => &[],
    };
    let names = operations.iter().map(|operation| operation.name);
    Some(names.chain(aliases.iter().copied()).collect())
}
