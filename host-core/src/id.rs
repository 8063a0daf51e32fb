//! Names, which are checked once, when they enter the host.

mod party;

pub use party::{Origin, Target};

use capwire_text::is_deceptive;
use capwire_wascap::{KeyKind, PublicKey};
use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The maximum length of a name in bytes. Names come from guests and appear in logs.
const LONGEST: usize = 128;

/// Returns the name of bindings without a name.
const DEFAULT_BINDING: &str = "default";

/// An actor: the public key of its module.
///
/// ```
/// use capwire_host::ActorId;
///
/// assert!("no key".parse::<ActorId>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId(PublicKey);

impl ActorId {
    /// Returns the actor with this key.
    ///
    /// # Errors
    /// Returns an error if the key is not a module key.
    pub fn new(key: PublicKey) -> Result<Self, NameError> {
        if key.kind() == KeyKind::Module {
            Ok(Self(key))
        } else {
            Err(NameError::new("an actor", "is not a module key"))
        }
    }

    /// Returns the actor's public key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.0
    }

    /// Returns the beginning of the key, which tells the actors of a host apart in logs.
    pub(crate) fn short(self) -> String {
        const LENGTH: usize = 12;
        let key = self.to_string();
        format!("{}…", key.get(..LENGTH).unwrap_or(&key))
    }
}

impl FromStr for ActorId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let key = text
            .parse()
            .map_err(|_| NameError::new("an actor", "is not the public key of a module"))?;
        Self::new(key)
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The contract of a capability in its canonical spelling, e.g. `wascc:keyvalue`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractId(Arc<str>);

impl ContractId {
    /// Returns the contract that `text` names, also by an alias.
    ///
    /// # Errors
    /// Returns an error if the text is empty, longer than 128 bytes, or contains control
    /// characters.
    pub fn new(text: &str) -> Result<Self, NameError> {
        check(text, "a contract")?;
        Ok(Self(capwire_contracts::canonical_contract(text).into()))
    }

    /// Returns the canonical name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a binding, and of the provider that it refers to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingName(Arc<str>);

impl BindingName {
    /// Returns the binding name `text`; an empty or blank text is [`default`](Self::default).
    ///
    /// # Errors
    /// Returns an error if the text is longer than 128 bytes or contains control characters.
    pub fn new(text: &str) -> Result<Self, NameError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        check(text, "a binding")?;
        Ok(Self(text.into()))
    }

    /// Returns the name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for BindingName {
    fn default() -> Self {
        Self(DEFAULT_BINDING.into())
    }
}

impl fmt::Display for ContractId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ContractId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for ContractId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for ContractId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl fmt::Display for BindingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for BindingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for BindingName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

/// The identity of a provider: its contract and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderId {
    /// The contract that it serves.
    pub contract: ContractId,
    /// Its name. Bindings of this name lead to it.
    pub name: BindingName,
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.contract, self.name)
    }
}

/// The identity of a binding: its actor and its provider.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingKey {
    /// The actor.
    pub actor: ActorId,
    /// The provider.
    pub provider: ProviderId,
}

impl BindingKey {
    /// Returns the binding of `actor` to `contract` under `name`.
    #[must_use]
    pub fn new(actor: ActorId, contract: ContractId, name: BindingName) -> Self {
        Self {
            actor,
            provider: ProviderId { contract, name },
        }
    }
}

impl fmt::Display for BindingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.provider, self.actor)
    }
}

/// The identity of a pool of instances in its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PoolId(pub(crate) u64);

/// A text that is not a valid name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of {what} {fault}")]
pub struct NameError {
    what: &'static str,
    fault: &'static str,
}

impl NameError {
    pub(crate) fn new(what: &'static str, fault: &'static str) -> Self {
        Self { what, fault }
    }
}

/// Checks the name of an operation by the rules for contracts and bindings.
pub(crate) fn check_operation(text: &str) -> Result<(), NameError> {
    check(text, "an operation")
}

/// Checks the alias of an actor: see [`Host::set_aliases`](crate::Host::set_aliases). An alias is
/// never the key of an actor or a contract with a namespace.
///
/// # Errors
/// Returns an error if the text cannot be an alias.
pub fn check_alias(text: &str) -> Result<(), NameError> {
    const WHAT: &str = "an actor";
    check(text, WHAT)?;
    if text.parse::<ActorId>().is_ok() {
        return Err(NameError::new(WHAT, "is the key of an actor"));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match text.bytes().all(is_plain) {
        true => Ok(()),
        false => Err(NameError::new(
            WHAT,
            "contains other characters than letters, digits, `-`, `_` and `.`",
        )),
    }
}

fn check(text: &str, what: &'static str) -> Result<(), NameError> {
    if text.is_empty() {
        Err(NameError::new(what, "is empty"))
    } else if text.len() > LONGEST {
        Err(NameError::new(what, "is longer than 128 bytes"))
    } else if text.contains(is_deceptive) {
        Err(NameError::new(what, "contains control characters"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{BindingName, ContractId};

    #[test]
    fn blank_is_the_default_binding() {
        for blank in ["", " ", "\t"] {
            assert_eq!(BindingName::new(blank).unwrap(), BindingName::default());
        }
    }

    #[test]
    fn names_that_would_spoil_a_log_are_refused() {
        assert!(ContractId::new("wascc:\u{1b}[2J").is_err());
        assert!(ContractId::new("wascc:\u{202e}stnemyap").is_err());
        assert!(BindingName::new(&"x".repeat(129)).is_err());
        assert!(ContractId::new("").is_err());
    }
}
