//! Operations that contracts declare.

use capwire_contracts::core::{OP_HEALTH_REQUEST, Operation};
use capwire_contracts::{blobstore, eventstreams, extras, http, keyvalue, logging, messaging};

/// The operations of every actor, whatever its bindings, because actors may call one another like
/// providers. Providers declare the operations of other contracts.
pub(crate) const OF_ACTORS: &[&[Operation]] = &[
    &[Operation::to_actor(OP_HEALTH_REQUEST, "Whether it works")],
    blobstore::OPERATIONS,
    eventstreams::OPERATIONS,
    extras::OPERATIONS,
    http::OPERATIONS,
    keyvalue::OPERATIONS,
    logging::OPERATIONS,
    messaging::OPERATIONS,
];
