//! Making tokens.

use crate::archive;
use crate::claims::Claims;
#[cfg(feature = "getrandom")]
use crate::entropy::EntropyError;
use crate::error::SignError;
use crate::hash::Hash;
use crate::jwt;
use crate::key::{KeyPair, PublicKey};
use crate::metadata::{ActorMetadata, Metadata, ProviderMetadata, Standalone};
use crate::module::Parts;
use crate::narrow::Rule;
use crate::time::UnixSeconds;
use alloc::string::String;
use alloc::vec::Vec;
use rand_core::{CryptoRng, TryCryptoRng};

/// Claims in the making; [`sign_module`], [`sign_archive`] and [`sign_token`] finish them.
#[derive(Clone, Debug)]
#[must_use = "claims do nothing until they are signed"]
pub struct ClaimsBuilder<M: Metadata> {
    id: String,
    issued_at: UnixSeconds,
    subject: M::Subject,
    expires: Option<UnixSeconds>,
    not_before: Option<UnixSeconds>,
    metadata: M,
}

/// Claims of an actor in the making.
pub type ActorClaimsBuilder = ClaimsBuilder<ActorMetadata>;

impl<M: Standalone> ClaimsBuilder<M> {
    /// Starts claims about `subject`, issued `now`. The token's id is random.
    ///
    /// # Errors
    /// [`EntropyError`] if the operating system has no random bytes.
    #[cfg(feature = "getrandom")]
    pub fn with_metadata(
        subject: M::Subject,
        metadata: M,
        now: UnixSeconds,
    ) -> Result<Self, EntropyError> {
        Ok(Self::start(system_token_id()?, subject, metadata, now))
    }

    /// Starts claims about `subject`, issued `now`. The token's id is drawn from `rng`.
    pub fn with_metadata_and_rng(
        subject: M::Subject,
        metadata: M,
        now: UnixSeconds,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let Ok(id) = token_id(rng);
        Self::start(id, subject, metadata, now)
    }
}

impl<M: Metadata> ClaimsBuilder<M> {
    /// The first second in which the token no longer holds. Without it, it always will.
    pub const fn expires(mut self, at: UnixSeconds) -> Self {
        self.expires = Some(at);
        self
    }

    /// The first second in which the token holds. Without it, it does at once.
    pub const fn not_before(mut self, from: UnixSeconds) -> Self {
        self.not_before = Some(from);
        self
    }

    const fn start(id: String, subject: M::Subject, metadata: M, now: UnixSeconds) -> Self {
        Self {
            id,
            issued_at: now,
            subject,
            expires: None,
            not_before: None,
            metadata,
        }
    }

    fn sign(self, issuer: &KeyPair) -> Result<String, SignError> {
        let start = self.not_before.unwrap_or(self.issued_at);
        if self.expires.is_some_and(|end| end <= start) {
            return Err(SignError::NeverValid);
        }
        self.metadata.check()?;
        let claims = Claims {
            id: self.id,
            issued_at: self.issued_at.0,
            issuer: issuer.public(),
            subject: self.subject,
            expires: self.expires.map(|at| at.0),
            not_before: self.not_before.map(|at| at.0),
            metadata: self.metadata,
        };
        claims.check_issuer().map_err(SignError::IssuerKind)?;
        claims.check_subject().map_err(SignError::SubjectKind)?;
        jwt::encode(&claims, issuer)
    }
}

impl ActorClaimsBuilder {
    /// Starts claims about the actor `module`, issued `now`. The token's id is random.
    ///
    /// # Errors
    /// [`EntropyError`] if the operating system has no random bytes.
    #[cfg(feature = "getrandom")]
    pub fn new(module: PublicKey, now: UnixSeconds) -> Result<Self, EntropyError> {
        let id = system_token_id()?;
        Ok(Self::start(id, module, ActorMetadata::new(), now))
    }

    /// Starts claims about the actor `module`, issued `now`. The token's id is drawn from `rng`.
    pub fn new_with(module: PublicKey, now: UnixSeconds, rng: &mut impl CryptoRng) -> Self {
        let Ok(id) = token_id(rng);
        Self::start(id, module, ActorMetadata::new(), now)
    }

    /// A name for people.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.metadata.name = Some(name.into());
        self
    }

    /// One more capability, by contract such as `wascc:keyvalue`, or one more actor that may be
    /// called, by public key.
    pub fn capability(mut self, id: impl Into<String>) -> Self {
        self.metadata.caps.push(id.into());
        self
    }

    /// Narrows a capability to what `rule` and other rules for it allow. It has to be claimed as
    /// well.
    pub fn narrow(mut self, capability: impl Into<String>, rule: Rule) -> Self {
        self.metadata
            .narrow
            .entry(capability.into())
            .or_default()
            .push(rule);
        self
    }

    /// One more label.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.metadata.tags.push(tag.into());
        self
    }

    /// A number that grows with each release.
    pub const fn revision(mut self, revision: i32) -> Self {
        self.metadata.rev = Some(revision);
        self
    }

    /// The version for people.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.metadata.ver = Some(version.into());
        self
    }

    /// A name for code, by which the actor can be called. It is brought to the form that the
    /// original tools give it: lower-case ASCII, with `_` for space, `-` and `.`.
    pub fn call_alias(mut self, alias: &str) -> Self {
        self.metadata.call_alias = Some(normalize_alias(alias));
        self
    }

    /// Whether the module is a capability provider.
    pub const fn provider(mut self, provider: bool) -> Self {
        self.metadata.prov = provider;
        self
    }
}

/// Signs a module: its hash is added to `claims`, and the token to the module, in place of the
/// one it has or at its end. All other sections stay as they are, byte for byte.
///
/// # Errors
/// [`SignError`] if the module cannot be read or the claims would not be believed.
pub fn sign_module(
    wasm: &[u8],
    mut claims: ActorClaimsBuilder,
    issuer: &KeyPair,
) -> Result<Vec<u8>, SignError> {
    let parts = Parts::of(wasm)?;
    claims.metadata.hash = Hash::of_parts(&parts);
    Ok(parts.with_token(&claims.sign(issuer)?)?)
}

/// Makes a provider archive of native libraries, each for a target such as `x86_64-linux`: their
/// hashes are added to `claims`, and the token is put first. The same libraries and token give the
/// same bytes.
///
/// # Errors
/// [`SignError`] if the libraries cannot be in one archive or the claims would not be believed.
pub fn sign_archive<'a>(
    libraries: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    mut claims: ClaimsBuilder<ProviderMetadata>,
    issuer: &KeyPair,
) -> Result<Vec<u8>, SignError> {
    let archive = archive::Unsigned::new(libraries)?;
    claims.metadata.target_hashes = archive.hashes();
    Ok(archive.with_token(&claims.sign(issuer)?)?)
}

/// Signs claims that mean something without a module: of operators, accounts and so on.
///
/// # Errors
/// [`SignError`] if the claims would not be believed.
pub fn sign_token<M: Standalone>(
    claims: ClaimsBuilder<M>,
    issuer: &KeyPair,
) -> Result<String, SignError> {
    claims.sign(issuer)
}

#[cfg(feature = "getrandom")]
fn system_token_id() -> Result<String, EntropyError> {
    token_id(&mut getrandom::SysRng).map_err(EntropyError::from)
}

/// Returns 22 digits of base 62, as the original tools write them: about 131 random bits.
fn token_id<R: TryCryptoRng>(rng: &mut R) -> Result<String, R::Error> {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const LENGTH: usize = 22;
    let mut id = String::with_capacity(LENGTH);
    while id.len() < LENGTH {
        let mut bytes = [0; 32];
        rng.try_fill_bytes(&mut bytes)?;
        // Six bits of each byte. The two values without a digit are dropped, so all digits are
        // equally likely.
        let digits = bytes
            .iter()
            .filter_map(|byte| DIGITS.get(usize::from(byte >> 2)));
        id.extend(
            digits
                .map(|digit| char::from(*digit))
                .take(LENGTH - id.len()),
        );
    }
    Ok(id)
}

fn normalize_alias(alias: &str) -> String {
    let ascii = alias.to_lowercase();
    ascii
        .trim()
        .chars()
        .filter(char::is_ascii)
        .map(|c| if matches!(c, ' ' | '-' | '.') { '_' } else { c })
        .collect()
}
