//! The messages that every actor and provider handles.

use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// Asks an actor or provider whether it is healthy: takes a [`HealthRequest`]. Any answer except an
/// error means yes.
pub const OP_HEALTH_REQUEST: &str = "HealthRequest";
/// Tells a provider that the host binds an actor to it: takes a [`CapabilityConfiguration`].
pub const OP_BIND_ACTOR: &str = "BindActor";
/// Tells a provider that the host removes an actor's binding: takes a [`CapabilityConfiguration`].
pub const OP_REMOVE_ACTOR: &str = "RemoveActor";
/// Asks a provider for its [`CapabilityDescriptor`].
pub const OP_GET_CAPABILITY_DESCRIPTOR: &str = "GetCapabilityDescriptor";
/// Replaces an actor's module while it runs; the payload is the new module.
pub const OP_PERFORM_LIVE_UPDATE: &str = "PerformLiveUpdate";
/// The name of the caller if the host itself calls.
pub const SYSTEM_ORIGIN: &str = "system";

/// Returns true if only the host may call `operation`.
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
    /// A request for the health of an actor or provider. It has a field because an empty payload is
    /// not a message.
    HealthRequest {
        /// Unused.
        placeholder: bool = "placeholder" or default,
    }
}

message! {
    /// The binding that is added or removed.
    CapabilityConfiguration {
        /// The actor's public key.
        module: String = "module",
        /// The configuration of the binding.
        values: BTreeMap<String, String> = "values" or default,
    }
}

message! {
    /// A provider's contract and operations.
    CapabilityDescriptor {
        /// The contract, e.g. `wascc:keyvalue`.
        id: String = "id",
        /// The provider's name, for people.
        name: String = "name",
        /// The provider's semantic version.
        version: String = "version",
        /// The provider's revision, which grows with each release.
        revision: u32 = "revision",
        /// A description of the provider, for people.
        long_description: String = "long_description",
        /// The operations that the provider supports.
        supported_operations: Vec<OperationDescriptor> = "supported_operations",
    }
}

message! {
    /// One operation of a contract.
    OperationDescriptor {
        /// The operation's name.
        name: String = "name",
        /// The direction of the call. It grants nothing. If a binding has operations that call the
        /// actor, a host removes it before other bindings.
        direction: Direction = "direction",
        /// A description of the operation, for people.
        doctext: String = "doctext",
        /// The members of the message that name its resources. See
        /// [`Operation::with_resources`].
        resources: Vec<String> = "resources" or empty,
    }
}

/// The direction of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// The provider calls the actor.
    ToActor,
    /// The actor calls the provider.
    #[default]
    ToProvider,
    /// Both may call each other.
    Both,
}

plain_fields!(Direction, OperationDescriptor);

impl CapabilityDescriptor {
    /// Returns a descriptor for the contract `id` with `operations`. The other fields are for
    /// people.
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

/// An operation in a contract's list of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The name of the operation.
    pub name: &'static str,
    /// The direction of the call.
    pub direction: Direction,
    /// A description of the operation, for people.
    pub doctext: &'static str,
    /// The members of the message that name its resources.
    pub resources: &'static [&'static str],
}

impl Operation {
    /// Returns an operation that the provider calls on the actor.
    #[must_use]
    pub const fn to_actor(name: &'static str, doctext: &'static str) -> Self {
        Self {
            name,
            direction: Direction::ToActor,
            doctext,
            resources: &[],
        }
    }

    /// Returns an operation that the actor calls on the provider.
    #[must_use]
    pub const fn to_provider(name: &'static str, doctext: &'static str) -> Self {
        Self {
            name,
            direction: Direction::ToProvider,
            doctext,
            resources: &[],
        }
    }

    /// Sets the members of the message that name its resources, so that claims can narrow the
    /// operation to some of them. Each member is a text or an array of texts. The contracts of this
    /// crate ignore it, because their messages are [known](crate::resource).
    ///
    /// A provider that declares resources must read messages as maps, and must know each declared
    /// member by that name alone.
    ///
    /// ```
    /// use capwire_contracts::core::Operation;
    ///
    /// const OPERATIONS: &[Operation] =
    ///     &[Operation::to_provider("Send", "sends a mail").with_resources(&["to", "cc"])];
    /// # assert_eq!(OPERATIONS[0].resources, ["to", "cc"]);
    /// ```
    #[must_use]
    pub const fn with_resources(mut self, members: &'static [&'static str]) -> Self {
        self.resources = members;
        self
    }
}

impl From<&Operation> for OperationDescriptor {
    fn from(operation: &Operation) -> Self {
        Self {
            name: operation.name.to_owned(),
            direction: operation.direction,
            doctext: operation.doctext.to_owned(),
            resources: operation
                .resources
                .iter()
                .map(|&name| name.to_owned())
                .collect(),
        }
    }
}

/// Writes `{index: nil}`, the form of an enumeration that decoders of 2020 expect.
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

/// Accepts `{index: nil}`, `{name: nil}`, the index and the name, because encoders differ.
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
