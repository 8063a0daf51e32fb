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

/// A public key and its kind: the identity of an account, a module and so on.
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
/// The bytes need not be a valid Ed25519 key. Verifying a signature checks that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey {
    kind: KeyKind,
    bytes: [u8; 32],
}

impl PublicKey {
    /// Returns the key of `kind` with these 32 bytes, as RFC 8032 encodes them.
    #[must_use]
    pub const fn new(kind: KeyKind, bytes: [u8; 32]) -> Self {
        Self { kind, bytes }
    }

    /// Returns the kind of the key.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Returns the 32 bytes of the key, as RFC 8032 encodes them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Checks a signature strictly: accepts only canonical encodings of the key and of both halves
    /// of the signature, and no key or commitment of small order. A plain check would accept one
    /// signature of a weak key for every message.
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

/// The fault of a signature or of its key.
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

/// A secret key and its public half. Dropping it wipes the secret from memory. `Debug` and errors
/// never show the secret.
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

    /// Reads a key pair from a seed in text form: 58 characters that begin with `S` and the kind's
    /// letter. Does not trim white space.
    ///
    /// # Errors
    /// [`KeyError`] names the fault of the text without repeating the text.
    pub fn from_seed(seed: &str) -> Result<Self, KeyError> {
        let (kind, secret) = text::decode_seed(seed)?;
        Ok(Self::from_secret(kind, &secret))
    }

    /// Returns the seed in text form, which [`from_seed`](Self::from_seed) reads. Anybody who knows
    /// it can sign with this key.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<alloc::string::String> {
        text::encode_seed(self.kind, self.secret.as_bytes())
    }

    /// Returns the public key.
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

/// A text is not a key. The error never repeats the text, which may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text has the wrong number of characters.
    #[error(
        "{what} has {expected} characters, and this text has {found} (public keys have 56, seeds 58): copy the complete key and nothing else"
    )]
    Length {
        /// The expected kind of text: a public key or a seed.
        what: &'static str,
        /// The number of characters of such a text.
        expected: usize,
        /// The number of bytes of this text.
        found: usize,
    },
    /// A character is not in `A`-`Z` or `2`-`7`, or bits that must be zero are set.
    #[error("{what} is base32 text (A-Z and 2-7, upper case, no padding), but this text is not")]
    Encoding {
        /// The expected kind of text: a public key or a seed.
        what: &'static str,
    },
    /// The checksum is wrong.
    #[error("the checksum of {what} is wrong: at least one character has changed")]
    Checksum {
        /// The expected kind of text: a public key or a seed.
        what: &'static str,
    },
    /// The first letters name no kind of key.
    #[error(
        "the first letters of {what} do not name a kind of key: expected N, C, O, A, U, M or V, after S in a seed"
    )]
    Prefix {
        /// The expected kind of text: a public key or a seed.
        what: &'static str,
    },
}

#[cfg(test)]
mod tests;
