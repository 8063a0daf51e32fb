//! The kinds of keys.

use core::fmt;
use core::str::FromStr;

/// The kind of a key, which is the first letter of the key's text form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// `O`: signs accounts; the root of trust.
    Operator,
    /// `A`: signs actors and providers.
    Account,
    /// `M`: names an actor.
    Module,
    /// `V`: names a capability provider.
    Service,
    /// `N`: names a host.
    Server,
    /// `C`: names a cluster of hosts.
    Cluster,
    /// `U`: names a user.
    User,
}

impl KeyKind {
    /// All kinds of keys.
    pub const ALL: [Self; 7] = [
        Self::Operator,
        Self::Account,
        Self::Module,
        Self::Service,
        Self::Server,
        Self::Cluster,
        Self::User,
    ];

    /// Returns the kind's name in lower case, as [`FromStr`] reads it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Account => "account",
            Self::Module => "module",
            Self::Service => "service",
            Self::Server => "server",
            Self::Cluster => "cluster",
            Self::User => "user",
        }
    }

    /// Returns the first letter of public keys of this kind.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Operator => 'O',
            Self::Account => 'A',
            Self::Module => 'M',
            Self::Service => 'V',
            Self::Server => 'N',
            Self::Cluster => 'C',
            Self::User => 'U',
        }
    }

    /// Returns the prefix byte, whose upper five bits are the base32 value of the letter.
    pub(super) const fn prefix(self) -> u8 {
        (self.letter() as u8 - b'A') << 3
    }

    pub(super) fn from_prefix(prefix: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.prefix() == prefix)
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for KeyKind {
    type Err = UnknownKeyKind;

    fn from_str(name: &str) -> Result<Self, UnknownKeyKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or(UnknownKeyKind)
    }
}

/// The text names no [`KeyKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of key: use operator, account, module, service, server, cluster or user")]
pub struct UnknownKeyKind;
