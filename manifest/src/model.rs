//! The content of a manifest.

use crate::error::ManifestError;
use crate::limits::LimitTexts;
use crate::read;
use std::collections::BTreeMap;
use std::fmt;

/// The default name of a binding.
pub const DEFAULT_BINDING: &str = "default";

/// The actors, providers and bindings of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Manifest {
    /// Labels of the host: arbitrary texts for people and for searches.
    pub labels: BTreeMap<String, At<String>>,
    /// The authority by which actors act for others. An actor's own rule takes precedence.
    pub chain: Option<At<Chain>>,
    /// The limits of all actors. An actor's own limits take precedence, key by key.
    pub limits: LimitTexts,
    /// The actors of the host.
    pub actors: Vec<Actor>,
    /// The capability providers that the manifest names.
    pub capabilities: Vec<Capability>,
    /// The actors that may use each provider, and its configuration for them.
    pub bindings: Vec<Binding>,
}

impl Manifest {
    /// Parses a manifest from the text of a YAML or JSON file.
    ///
    /// # Errors
    /// Returns the first error of the text: it is neither YAML nor JSON, has an unknown key, a
    /// duplicate key or a wrong type, or is too large (more than 1 MiB, too deeply nested, or with
    /// too many aliases). [`parse_all`](Self::parse_all) returns all faults.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let (manifest, faults) = Self::parse_all(text);
        faults.into_iter().next().map_or(Ok(manifest), Err)
    }

    /// Returns the valid parts of `text`, and all errors in the order of the text.
    ///
    /// The manifest lacks the invalid parts, so do not run it if there are errors.
    #[must_use]
    pub fn parse_all(text: &str) -> (Self, Vec<ManifestError>) {
        read::read(text)
    }
}

/// An actor in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Actor {
    /// The actor's module: a file, or a reference to a registry.
    pub path: At<String>,
    /// The name by which other actors of the host may call it, in place of its key.
    pub alias: Option<At<String>>,
    /// The authority by which it acts for other actors.
    pub chain: Option<At<Chain>>,
    /// Its own limits, which take precedence over those of the manifest.
    pub limits: LimitTexts,
}

/// The authority by which an actor acts for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// `own`: its own.
    Own,
    /// `shrink`: what both may do.
    Shrink,
}

impl Actor {
    /// Returns an actor without an alias or limits of its own.
    pub(crate) fn of(path: At<String>) -> Self {
        Self {
            path,
            alias: None,
            chain: None,
            limits: LimitTexts::default(),
        }
    }
}

/// A provider in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capability {
    /// The source of the provider.
    pub source: At<Source>,
    /// The name by which bindings refer to it.
    pub binding_name: At<String>,
    /// The public key of the account that must have signed the file.
    pub issuer: Option<At<String>>,
    /// True if the provider runs in a process of its own.
    pub in_process: bool,
}

/// The source of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A provider that is built into the host, by its name.
    Builtin(String),
    /// A file, or a reference to a registry.
    Path(String),
}

/// A binding between an actor and a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Binding {
    /// The place where it begins.
    pub position: Position,
    /// The actor: its public key, its name, or its file.
    pub actor: At<String>,
    /// The contract, such as `wascc:keyvalue`.
    pub capability: At<String>,
    /// The name of one of the contract's providers.
    pub name: At<String>,
    /// The configuration of the provider.
    pub values: BTreeMap<String, At<Value>>,
}

/// A value of a provider's configuration. `Debug` shows no texts, because they may be secret.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// A text in the manifest.
    Text(String),
    /// A reference to a secret outside the manifest.
    Secret(SecretRef),
}

impl Value {
    /// Returns the text, or `None` for a secret.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Secret(_) => None,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(…)"),
            Self::Secret(secret) => f.debug_tuple("Secret").field(secret).finish(),
        }
    }
}

/// A reference to a secret. The reference itself is not secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretRef {
    /// An environment variable: `env:NAME`.
    Env(String),
    /// A file: `file:PATH`.
    File(String),
}

impl SecretRef {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            (_, "") => None,
            ("env", name) => Some(Self::Env(name.to_owned())),
            ("file", path) => Some(Self::File(path.to_owned())),
            _ => None,
        }
    }
}

/// Writes the form of manifests: `env:NAME` or `file:PATH`.
impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
        }
    }
}

/// A value and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// The position of its first character.
    pub position: Position,
}

impl<T> At<T> {
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At {
            value: change(self.value),
            position: self.position,
        }
    }
}

/// A position in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u64,
    /// The character in the line, from 1.
    pub column: u64,
}

/// Writes `line:column`.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
