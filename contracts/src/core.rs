//! What every actor and provider understands.

use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// Asks an actor or provider whether it works: [`HealthRequest`]; any answer but an error is yes.
pub const OP_HEALTH_REQUEST: &str = "HealthRequest";
/// The host ties an actor to a provider: [`CapabilityConfiguration`].
pub const OP_BIND_ACTOR: &str = "BindActor";
/// The host unties an actor from a provider: [`CapabilityConfiguration`].
pub const OP_REMOVE_ACTOR: &str = "RemoveActor";
/// Asks a provider what it is: answered with a [`CapabilityDescriptor`].
pub const OP_GET_CAPABILITY_DESCRIPTOR: &str = "GetCapabilityDescriptor";
/// Exchanges an actor's module while it runs; the payload is the new module itself.
pub const OP_PERFORM_LIVE_UPDATE: &str = "PerformLiveUpdate";
/// Who asks when the host does.
pub const SYSTEM_ORIGIN: &str = "system";

/// Whether `operation` is the host's own: refused when it comes from an actor.
#[must_use]
pub fn is_system_operation(operation: &str) -> bool {
    [
        OP_BIND_ACTOR,
        OP_REMOVE_ACTOR,
        OP_GET_CAPABILITY_DESCRIPTOR,
        OP_PERFORM_LIVE_UPDATE,
    ]
    .contains(&operation)
}

message! {
    /// Carries nothing, but is not empty: empty payloads are no messages.
    HealthRequest {
        /// Without meaning.
        placeholder: bool = "placeholder" or default,
    }
}

message! {
    /// What a provider is told of an actor when it is bound or removed.
    CapabilityConfiguration {
        /// The actor's public key.
        module: String = "module",
        /// What the binding configures.
        values: BTreeMap<String, String> = "values" or default,
    }
}

message! {
    /// What a provider is and serves.
    CapabilityDescriptor {
        /// The contract, e.g. `wascc:keyvalue`.
        id: String = "id",
        /// Its name for people.
        name: String = "name",
        /// Its version, as in semantic versioning.
        version: String = "version",
        /// Its revision, counting up.
        revision: u32 = "revision",
        /// What it does, for people.
        long_description: String = "long_description",
        /// Its operations.
        supported_operations: Vec<OperationDescriptor> = "supported_operations",
    }
}

message! {
    /// One operation of a contract.
    OperationDescriptor {
        /// Its name.
        name: String = "name",
        /// Who calls whom. Allows nothing; a host ends those that call actors before all others.
        direction: Direction = "direction",
        /// What it does, for people.
        doctext: String = "doctext",
    }
}

/// Who calls whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// The provider calls the actor.
    ToActor,
    /// The actor calls the provider.
    #[default]
    ToProvider,
    /// Either may call the other.
    Both,
}

plain_fields!(Direction, OperationDescriptor);

impl CapabilityDescriptor {
    /// A provider of the contract `id` that serves `operations`. The other fields are for people;
    /// set those that help them.
    ///
    /// ```
    /// use capwire_contracts::{core::CapabilityDescriptor, keyvalue};
    ///
    /// let descriptor = CapabilityDescriptor {
    ///     version: env!("CARGO_PKG_VERSION").into(),
    ///     ..CapabilityDescriptor::new(keyvalue::CONTRACT, "Key-value in memory", keyvalue::OPERATIONS)
    /// };
    /// assert_eq!(descriptor.supported_operations.len(), 14);
    /// ```
    #[must_use]
    pub fn new(id: &str, name: &str, operations: &[Operation]) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            version: "0.0.0".to_owned(),
            supported_operations: operations.iter().map(OperationDescriptor::from).collect(),
            ..Self::default()
        }
    }
}

/// An operation as the contract's module lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name.
    pub name: &'static str,
    /// Who calls whom.
    pub direction: Direction,
    /// What it does, for people.
    pub doctext: &'static str,
}

impl Operation {
    /// An operation that the provider calls on the actor.
    #[must_use]
    pub const fn to_actor(name: &'static str, doctext: &'static str) -> Self {
        Self {
            name,
            direction: Direction::ToActor,
            doctext,
        }
    }

    /// An operation that the actor calls on the provider.
    #[must_use]
    pub const fn to_provider(name: &'static str, doctext: &'static str) -> Self {
        Self {
            name,
            direction: Direction::ToProvider,
            doctext,
        }
    }
}

impl From<&Operation> for OperationDescriptor {
    fn from(operation: &Operation) -> Self {
        Self {
            name: operation.name.to_owned(),
            direction: operation.direction,
            doctext: operation.doctext.to_owned(),
        }
    }
}

/// `{index: nil}`, which is what readers of 2020 expect of an enumeration.
impl Serialize for Direction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let index: u8 = match self {
            Self::ToActor => 0,
            Self::ToProvider => 1,
            Self::Both => 2,
        };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&index, &())?;
        map.end()
    }
}

/// From `{index: nil}`, `{name: nil}`, the index or the name: writers differ.
impl<'de> Deserialize<'de> for Direction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DirectionVisitor)
    }
}

struct DirectionVisitor;

impl<'de> Visitor<'de> for DirectionVisitor {
    type Value = Direction;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("to_actor (0), to_provider (1) or both (2)")
    }

    fn visit_u64<E: Error>(self, index: u64) -> Result<Direction, E> {
        match index {
            0 => Ok(Direction::ToActor),
            1 => Ok(Direction::ToProvider),
            2 => Ok(Direction::Both),
            other => Err(E::invalid_value(Unexpected::Unsigned(other), &self)),
        }
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Direction, E> {
        match name {
            "to_actor" | "ToActor" => Ok(Direction::ToActor),
            "to_provider" | "ToProvider" => Ok(Direction::ToProvider),
            "both" | "Both" => Ok(Direction::Both),
            other => Err(E::invalid_value(Unexpected::Str(other), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Direction, A::Error> {
        match map.next_entry::<Direction, ()>()? {
            Some((direction, ())) => Ok(direction),
            None => Err(A::Error::invalid_length(0, &self)),
        }
    }
}
