//! `wascc:extras`: identifiers, sequences and random numbers.

use crate::core::Operation;

/// The id of the contract.
pub const CONTRACT: &str = "wascc:extras";

/// Asks for a new GUID: [`GeneratorRequest`] to [`GeneratorResult`].
pub const OP_REQUEST_GUID: &str = "RequestGuid";
/// Asks for the next number of the actor's sequence: [`GeneratorRequest`] to [`GeneratorResult`].
pub const OP_REQUEST_SEQUENCE: &str = "RequestSequence";
/// Asks for a random number: [`GeneratorRequest`] to [`GeneratorResult`].
pub const OP_REQUEST_RANDOM: &str = "RequestRandom";

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[
    Operation::to_provider(OP_REQUEST_GUID, "Makes a GUID"),
    Operation::to_provider(OP_REQUEST_SEQUENCE, "Counts up"),
    Operation::to_provider(OP_REQUEST_RANDOM, "Makes a random number"),
];

message! {
    /// What to generate.
    GeneratorRequest {
        /// A GUID.
        guid: bool = "guid",
        /// A number of the sequence.
        sequence: bool = "sequence",
        /// A random number.
        random: bool = "random",
        /// The smallest random number.
        min: u32 = "min" or default,
        /// The bound of random numbers.
        max: u32 = "max" or default,
    }
}

message! {
    /// What was generated; the rest is nil or 0.
    GeneratorResult {
        /// The GUID.
        guid: Option<String> = "guid" or default,
        /// The number of the sequence.
        sequence_number: u64 = "sequenceNumber" or default,
        /// The random number.
        random_number: u32 = "randomNumber" or default,
    }
}
