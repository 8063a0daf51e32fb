//! The comparison of a message, and of the lists of operations, with the description.
#![allow(clippy::unwrap_used, unreachable_pub, reason = "tests")]

use capwire_contracts::core::Direction;
use capwire_contracts::{
    blobstore, config, eventstreams, extras, http, keyvalue, logging, messaging,
};
use capwire_contracts::{known_contracts, known_operations};
use capwire_contracts::{sql, timer};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Checks that `message` is encoded as `json`, members in this order, and that its decoder needs
/// exactly the `required` ones.
#[track_caller]
pub fn message<M>(message: &M, json: &str, required: &[&str], optional: &[&str])
where
    M: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    assert_eq!(serde_json::to_string(message).unwrap(), json);
    assert_eq!(&serde_json::from_str::<M>(json).unwrap(), message);
    for (keys, accepted) in [(required, false), (optional, true)] {
        for key in keys {
            let mut without: Value = serde_json::from_str(json).unwrap();
            without.as_object_mut().unwrap().remove(*key).unwrap();
            let decoded = serde_json::from_value::<M>(without);
            assert_eq!(decoded.is_ok(), accepted, "without {key}: {decoded:?}");
        }
    }
}

/// Checks the operations of each contract: (id, those that an actor calls, those that it handles).
#[track_caller]
pub fn operations(described: &[(&str, Vec<&str>, Vec<&str>)]) {
    let ids: Vec<&str> = described.iter().map(|(id, _, _)| *id).collect();
    assert_eq!(known_contracts().collect::<Vec<_>>(), ids);
    let tables = [
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
    for ((id, to_provider, to_actor), (contract, operations)) in described.iter().zip(tables) {
        assert_eq!(*id, contract);
        assert!(known_operations(id).is_some());
        for (direction, names) in [
            (Direction::ToProvider, to_provider),
            (Direction::ToActor, to_actor),
        ] {
            let ours = operations.iter().filter(|one| one.direction == direction);
            let ours: Vec<&str> = ours.map(|one| one.name).collect();
            assert_eq!(&ours, names, "{id}");
        }
    }
}
