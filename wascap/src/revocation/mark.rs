//! The latest known list of an operator.

use crate::error::RevocationError;
use crate::hash::Hash;
use crate::key::PublicKey;
use core::fmt;
use core::str::FromStr;

/// The latest known revocation list of an operator. Its text form is the operator's key, the number
/// and the hash of the list, separated by one space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    operator: PublicKey,
    number: u64,
    hash: Hash,
}

impl Mark {
    pub(super) const fn new(operator: PublicKey, number: u64, hash: Hash) -> Self {
        Self {
            operator,
            number,
            hash,
        }
    }

    /// Returns the operator.
    #[must_use]
    pub const fn operator(&self) -> PublicKey {
        self.operator
    }

    /// Returns the number of the list.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Returns whether the list of this mark may follow the list of `earlier`: it has a higher
    /// number, or is the same list.
    pub(super) fn check_after(&self, earlier: &Self) -> Result<(), RevocationError> {
        if earlier.operator != self.operator {
            return Ok(());
        }
        let (operator, number) = (self.operator, self.number);
        if number < earlier.number {
            return Err(RevocationError::Rollback {
                operator,
                number,
                seen: earlier.number,
            });
        }
        if number == earlier.number && self.hash != earlier.hash {
            return Err(RevocationError::Ambiguous { operator, number });
        }
        Ok(())
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.operator, self.number, self.hash)
    }
}

impl FromStr for Mark {
    type Err = MarkError;

    fn from_str(text: &str) -> Result<Self, MarkError> {
        let mut parts = text.split(' ');
        let mut next = || parts.next().ok_or(MarkError);
        let (operator, number, hash) = (next()?, next()?, next()?);
        let mark = Self {
            operator: operator.parse().map_err(|_| MarkError)?,
            number: number.parse().map_err(|_| MarkError)?,
            hash: hash.parse().map_err(|_| MarkError)?,
        };
        if parts.next().is_some() {
            Err(MarkError)
        } else {
            Ok(mark)
        }
    }
}

/// The text is not a [`Mark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a mark is an operator's key, a number and a hash, with one space between them")]
pub struct MarkError;
