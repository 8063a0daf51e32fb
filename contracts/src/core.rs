//! What every actor and provider understands.

use serde::{Deserialize, Serialize};

/// What a provider is and serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapabilityDescriptor {
    /// The contract, e.g. `wascc:keyvalue`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its revision, counting up.
    pub revision: u32,
    /// What it does, for people.
    pub long_description: String,
    /// Its operations.
    pub supported_operations: Vec<OperationDescriptor>,
}

/// One operation of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationDescriptor {
    /// Its name.
    pub name: String,
    /// What it does, for people.
    pub doctext: String,
}
