//! How far the lists of an operator have come.

use crate::error::RevocationError;
use crate::hash::Hash;
use crate::key::PublicKey;
use core::fmt;
use core::str::FromStr;

/// The latest revocation list that was seen of an operator. As text: the operator's key, the
/// number and the hash of the list, with one space between them.
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

    /// Whose lists it is about.
    #[must_use]
    pub const fn operator(&self) -> PublicKey {
        self.operator
    }

    /// The number of the list.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Whether the list of this mark may follow that of `earlier`: a higher number, or the very
    /// same list again.
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

/// The text is not that of a [`Mark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a mark is an operator's key, a number and a hash, with one space between them")]
pub struct MarkError;
