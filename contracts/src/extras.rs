//! `wascc:extras`: identifiers, sequences and random numbers.

use crate::core::Operation;

/// The id of the contract.
pub const CONTRACT: &str = "wascc:extras";

/// Creates a GUID: takes a [`GeneratorRequest`] and returns a [`GeneratorResult`].
pub const OP_REQUEST_GUID: &str = "RequestGuid";
/// Returns the next number of the actor's sequence: takes a [`GeneratorRequest`] and returns a
/// [`GeneratorResult`].
pub const OP_REQUEST_SEQUENCE: &str = "RequestSequence";
/// Creates a random number: takes a [`GeneratorRequest`] and returns a [`GeneratorResult`].
pub const OP_REQUEST_RANDOM: &str = "RequestRandom";

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[
    Operation::to_provider(OP_REQUEST_GUID, "Makes a GUID"),
    Operation::to_provider(OP_REQUEST_SEQUENCE, "Counts up"),
    Operation::to_provider(OP_REQUEST_RANDOM, "Makes a random number"),
];

message! {
    /// A request for generated values.
    GeneratorRequest {
        /// True to generate a GUID.
        guid: bool = "guid",
        /// True to take the next number of the sequence.
        sequence: bool = "sequence",
        /// True to generate a random number.
        random: bool = "random",
        /// The minimum of the random number, inclusive.
        min: u32 = "min" or default,
        /// The upper bound of the random number, exclusive.
        max: u32 = "max" or default,
    }
}

message! {
    /// The generated value; the other fields are nil or 0.
    GeneratorResult {
        /// The GUID.
        guid: Option<String> = "guid" or default,
        /// The number of the sequence.
        sequence_number: u64 = "sequenceNumber" or default,
        /// The random number.
        random_number: u32 = "randomNumber" or default,
    }
}

message! {
    /// The request for a random number of actors since 2021, which import `wasmcloud:extras`. Their
    /// other requests have no content. The answer to each is the value itself.
    RandomRequest {
        /// The minimum of the random number, inclusive.
        min: u32 = "min",
        /// The upper bound of the random number, exclusive.
        max: u32 = "max",
    }
}
