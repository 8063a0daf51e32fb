//! Contracts as the generators see them.

/// A contract, or a package of messages that contracts share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// The id, such as `wascc:http_server`.
    pub id: String,
    /// The name of the package, such as `http-server`.
    pub name: String,
    /// The description, one paragraph.
    pub docs: String,
    /// The messages that the package defines, in its order.
    pub records: Vec<Record>,
    /// The operations that an actor calls.
    pub to_provider: Vec<Operation>,
    /// The operations that a provider or the host calls on an actor.
    pub to_actor: Vec<Operation>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The name.
    pub name: RecordName,
    /// The description.
    pub docs: String,
    /// The members, in the order of encoding.
    pub fields: Vec<Field>,
}

/// The name of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordName {
    /// The name of the package, such as `http`.
    pub package: String,
    /// The name in WIT, such as `add-request`.
    pub name: String,
}

/// A member of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name in WIT, such as `query-string`.
    pub name: String,
    /// The description.
    pub docs: String,
    /// The type.
    pub kind: Type,
    /// The meaning of an absent member.
    pub absent: Absent,
}

/// The meaning of an absent member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// The message is malformed.
    Error,
    /// The member has its default, as if it were nil.
    Default,
    /// The member has its default. The encoder leaves it out.
    Omitted,
}

/// The type of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// True or false.
    Bool,
    /// A signed number of 32 bits.
    S32,
    /// A signed number of 64 bits.
    S64,
    /// An unsigned number of 32 bits.
    U32,
    /// An unsigned number of 64 bits.
    U64,
    /// A text.
    Text,
    /// Bytes.
    Bytes,
    /// A map from texts to texts.
    Texts,
    /// A list.
    List(Box<Type>),
    /// A value or nil.
    Option(Box<Type>),
    /// A message inside the message.
    Record(RecordName),
    /// A value of any type that a database has. Each SDK has a type for it, written by hand.
    Value,
}

impl Type {
    /// Returns true if it is a value of a database, or a list of them.
    pub(crate) fn has_value(&self) -> bool {
        match self {
            Self::Value => true,
            Self::List(item) | Self::Option(item) => item.has_value(),
            _ => false,
        }
    }
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The name in WIT, such as `set-add`.
    pub name: String,
    /// The description.
    pub docs: String,
    /// The message that the caller sends.
    pub request: RecordName,
    /// The answer.
    pub response: Response,
}

/// The answer to an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// Anything: the caller ignores it.
    Nothing,
    /// Bytes without further encoding.
    Raw,
    /// A message.
    Record(RecordName),
}
