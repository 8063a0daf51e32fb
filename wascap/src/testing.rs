//! Signs modules for tests and examples, with keys that nobody else has.

use crate::entropy::EntropyError;
use crate::error::{SignError, VerifyError};
use crate::key::{KeyKind, KeyPair, PublicKey};
use crate::metadata::AccountMetadata;
use crate::sign::{ActorClaimsBuilder, ClaimsBuilder, sign_module, sign_token};
use crate::time::UnixSeconds;
use crate::trust::Trust;
use alloc::string::String;
use alloc::vec::Vec;

/// The time at which everything here is signed: 13 September 2020. Nothing expires.
const SIGNED_AT: UnixSeconds = UnixSeconds(1_600_000_000);

/// Signs `wasm` as a new actor that claims `capabilities`, such as `wascc:keyvalue`. The issuer is
/// a new account. Use an [`Issuer`] where a host has to trust the account.
///
/// ```
/// use capwire_wascap::{UnixSeconds, Verifier, testing};
///
/// let signed = testing::sign(b"\0asm\x01\0\0\0", &["wascc:keyvalue"])?;
/// let verified = Verifier::new().verify_module(&signed, UnixSeconds(1_800_000_000))?;
/// assert_eq!(verified.metadata.caps, ["wascc:keyvalue"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`TestingError`] if `wasm` cannot be signed or the operating system has no random bytes.
pub fn sign(wasm: &[u8], capabilities: &[&str]) -> Result<Vec<u8>, TestingError> {
    Issuer::generate()?.sign(wasm, capabilities)
}

/// An account that signs actors, and the operator that vouches for the account.
///
/// ```
/// use capwire_wascap::{UnixSeconds, Verifier, testing::Issuer};
///
/// let issuer = Issuer::generate()?;
/// let signed = issuer.sign(b"\0asm\x01\0\0\0", &[])?;
///
/// let verifier = Verifier::new().trust(issuer.trust()?);
/// let verified = verifier.verify_module(&signed, UnixSeconds(1_800_000_000))?;
/// assert_eq!(verified.issuer, issuer.account());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Issuer {
    account: KeyPair,
    account_token: String,
    operator: PublicKey,
}

impl Issuer {
    /// Makes an account and an operator with new keys.
    ///
    /// # Errors
    /// [`TestingError`] if the operating system has no random bytes.
    pub fn generate() -> Result<Self, TestingError> {
        let operator = KeyPair::generate(KeyKind::Operator)?;
        let account = KeyPair::generate(KeyKind::Account)?;
        let metadata = AccountMetadata::default();
        let claims = ClaimsBuilder::with_metadata(account.public(), metadata, SIGNED_AT)?;
        Ok(Self {
            account_token: sign_token(claims, &operator)?,
            account,
            operator: operator.public(),
        })
    }

    /// Signs `wasm` as a new actor that claims `capabilities`, such as `wascc:keyvalue`.
    ///
    /// # Errors
    /// [`TestingError`] if `wasm` cannot be signed or the operating system has no random bytes.
    pub fn sign(&self, wasm: &[u8], capabilities: &[&str]) -> Result<Vec<u8>, TestingError> {
        let module = KeyPair::generate(KeyKind::Module)?.public();
        let claims = ActorClaimsBuilder::new(module, SIGNED_AT)?;
        let claims = capabilities
            .iter()
            .fold(claims, |claims, id| claims.capability(*id));
        Ok(sign_module(wasm, claims, &self.account)?)
    }

    /// Returns the account's key, which is the issuer of all that [`sign`](Self::sign) makes.
    #[must_use]
    pub fn account(&self) -> PublicKey {
        self.account.public()
    }

    /// Returns what a [`Verifier`](crate::Verifier) needs to trust this issuer and nobody else.
    ///
    /// # Errors
    /// [`VerifyError`] if the account's token is not valid.
    pub fn trust(&self) -> Result<Trust, VerifyError> {
        let mut trust = Trust::new();
        trust.operator_key(self.operator);
        trust.account_token(&self.account_token)?;
        Ok(trust)
    }
}

/// A module could not be signed for a test.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestingError {
    /// No key could be made.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The module or the claims cannot be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
}
