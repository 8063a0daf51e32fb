//! Keys and their text form, as the nkeys of NATS define it.

mod kind;
mod text;

pub use kind::{KeyKind, UnknownKeyKind};

#[cfg(feature = "getrandom")]
use crate::entropy::EntropyError;
use core::fmt;
use core::str::FromStr;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use rand_core::{CryptoRng, TryCryptoRng};
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

/// A public key with its kind: the identity of an account, a module and so on.
///
/// Its text form has 56 characters and a checksum:
///
/// ```
/// use capwire_wascap::{KeyKind, PublicKey};
///
/// let key: PublicKey = "AAGRUXXTGSP4C27RWPTMCHCJF56JD53EQPA2R7RPC5VI4E274KPRMMJ5".parse()?;
/// assert_eq!(key.kind(), KeyKind::Account);
/// assert_eq!(key.to_string(), "AAGRUXXTGSP4C27RWPTMCHCJF56JD53EQPA2R7RPC5VI4E274KPRMMJ5");
/// # Ok::<(), capwire_wascap::KeyError>(())
/// ```
///
/// Being a `PublicKey` says that text was well formed, not that its bytes are a usable key of
/// Ed25519; that is checked when a signature is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey {
    kind: KeyKind,
    bytes: [u8; 32],
}

impl PublicKey {
    /// The key of `kind` with these 32 bytes, as RFC 8032 encodes it.
    #[must_use]
    pub const fn new(kind: KeyKind, bytes: [u8; 32]) -> Self {
        Self { kind, bytes }
    }

    /// What the key is for.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The 32 bytes of the key, as RFC 8032 encodes it.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Checks a signature strictly: only the canonical encodings of the key and of both halves of
    /// the signature, and no key or commitment of small order. A plain check would let a weak key
    /// sign every message at once.
    pub(crate) fn verify(
        &self,
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<(), SignatureFault> {
        let key = VerifyingKey::from_bytes(&self.bytes).map_err(|_| SignatureFault::Key)?;
        if key.to_edwards().compress().as_bytes() != &self.bytes {
            return Err(SignatureFault::Key);
        }
        if key.is_weak() {
            return Err(SignatureFault::WeakKey);
        }
        key.verify_strict(message, &Signature::from_bytes(signature))
            .map_err(|_| SignatureFault::Signature)
    }
}

/// What is wrong with a signature or the key that should have made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureFault {
    Key,
    WeakKey,
    Signature,
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        text::decode_public(text)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&text::encode_public(self))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A secret key with its public half. Its memory is wiped when it is dropped, and neither
/// `Debug` nor an error ever shows it.
///
/// ```
/// use capwire_wascap::{KeyKind, KeyPair};
///
/// let account = KeyPair::generate(KeyKind::Account)?;
/// let again = KeyPair::from_seed(&account.seed())?;
/// assert_eq!(account.public(), again.public());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct KeyPair {
    kind: KeyKind,
    secret: SigningKey,
}

impl KeyPair {
    /// Makes a new key pair from 32 random bytes of the operating system.
    ///
    /// # Errors
    /// [`EntropyError`] if the operating system has no random bytes.
    #[cfg(feature = "getrandom")]
    pub fn generate(kind: KeyKind) -> Result<Self, EntropyError> {
        Self::try_generate(kind, &mut getrandom::SysRng).map_err(EntropyError::from)
    }

    /// Makes a new key pair from 32 bytes of `rng`.
    #[must_use]
    pub fn generate_with(kind: KeyKind, rng: &mut impl CryptoRng) -> Self {
        let Ok(pair) = Self::try_generate(kind, rng);
        pair
    }

    fn try_generate<R: TryCryptoRng>(kind: KeyKind, rng: &mut R) -> Result<Self, R::Error> {
        let mut seed = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(seed.as_mut())?;
        Ok(Self::from_secret(kind, &seed))
    }

    /// The key pair of a seed in text form: 58 characters that begin with `S` and the kind's
    /// letter. No white space is trimmed.
    ///
    /// # Errors
    /// [`KeyError`] says what is wrong with the text, without repeating it.
    pub fn from_seed(seed: &str) -> Result<Self, KeyError> {
        let (kind, secret) = text::decode_seed(seed)?;
        Ok(Self::from_secret(kind, &secret))
    }

    /// The seed in text form, from which [`from_seed`](Self::from_seed) makes this pair again.
    /// Whoever knows it can sign as this key.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<alloc::string::String> {
        text::encode_seed(self.kind, self.secret.as_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::new(self.kind, self.secret.verifying_key().to_bytes())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }

    fn from_secret(kind: KeyKind, secret: &[u8; 32]) -> Self {
        Self {
            kind,
            secret: SigningKey::from_bytes(secret),
        }
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair")
            .field("public", &self.public())
            .finish_non_exhaustive()
    }
}

/// Why a text is no key. It never repeats the text, which may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Another number of characters than every key of this sort has.
    #[error(
        "{what} has {expected} characters, this text has {found} (public keys have 56, seeds 58): copy the whole of it and nothing else"
    )]
    Length {
        /// What was expected.
        what: &'static str,
        /// How many characters it has.
        expected: usize,
        /// How many bytes the text has.
        found: usize,
    },
    /// A character outside of `A`-`Z` and `2`-`7`, or bits set that must be zero.
    #[error(
        "{what} is written in base32 (A-Z and 2-7, upper case, no padding), and this text is not"
    )]
    Encoding {
        /// What was expected.
        what: &'static str,
    },
    /// The checksum disagrees.
    #[error("the checksum of {what} is wrong: a character was changed")]
    Checksum {
        /// What was expected.
        what: &'static str,
    },
    /// The first letters name no kind of key.
    #[error(
        "the first letters do not say what {what} is for: N, C, O, A, U, M and V do, after S in a seed"
    )]
    Prefix {
        /// What was expected.
        what: &'static str,
    },
}

#[cfg(test)]
mod tests;
