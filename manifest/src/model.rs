//! What a manifest says.

use crate::error::ManifestError;
use crate::raw;
use std::collections::BTreeMap;
use std::fmt;

/// The name of a binding that is given none.
pub const DEFAULT_BINDING: &str = "default";

/// What a host shall run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Manifest {
    /// Free text about the host, for people and for finding it.
    pub labels: BTreeMap<String, At<String>>,
    /// The actors' modules: files, or references to a registry.
    pub actors: Vec<At<String>>,
    /// The capability providers that are asked for by name.
    pub capabilities: Vec<Capability>,
    /// Which actor may use which provider, and how.
    pub bindings: Vec<Binding>,
}

impl Manifest {
    /// Reads a manifest from the text of a YAML or JSON file.
    ///
    /// # Errors
    /// If the text is neither, has an unknown key, a key twice or a wrong type, or is beyond
    /// what a manifest needs (1 MiB, deep nesting, exploding aliases).
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        raw::parse(text)
    }
}

/// One provider that a manifest asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capability {
    /// Where it comes from.
    pub source: At<Source>,
    /// Under which name bindings find it.
    pub binding_name: String,
}

/// Where a provider comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// One that comes with the host, by its name.
    Builtin(String),
    /// A file, or a reference to a registry.
    Path(String),
}

/// One tie between an actor and a provider.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Binding {
    /// The actor: its public key, its name, or its file.
    pub actor: At<String>,
    /// The contract, e.g. `wascc:keyvalue`.
    pub capability: At<String>,
    /// Which of the contract's providers.
    pub name: String,
    /// What the provider is configured with. Values may be secrets.
    pub values: BTreeMap<String, At<String>>,
}

/// Shows the keys of the values only.
impl fmt::Debug for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binding")
            .field("actor", &self.actor)
            .field("capability", &self.capability)
            .field("name", &self.name)
            .field("values", &self.values.keys())
            .finish()
    }
}

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its first character.
    pub position: Position,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u64,
    /// The character in the line, from 1.
    pub column: u64,
}

/// `line:column`
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
