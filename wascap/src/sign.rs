//! Signing tokens, modules and archives.

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

/// Builds claims for [`sign_module`], [`sign_archive`] and [`sign_token`].
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

/// Builds the claims of an actor for [`sign_module`].
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
    /// Sets the first second in which the token is no longer valid. By default a token never
    /// expires.
    pub const fn expires(mut self, at: UnixSeconds) -> Self {
        self.expires = Some(at);
        self
    }

    /// Sets the first second in which the token is valid. By default a token is valid from the time
    /// of issue.
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

    /// Sets the display name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.metadata.name = Some(name.into());
        self
    }

    /// Adds a capability, by contract such as `wascc:keyvalue`, or an actor that may be called, by
    /// public key.
    pub fn capability(mut self, id: impl Into<String>) -> Self {
        self.metadata.caps.push(id.into());
        self
    }

    /// Narrows a capability to the uses that `rule`, or another rule for it, allows. The capability
    /// must be [added](Self::capability) as well.
    pub fn narrow(mut self, capability: impl Into<String>, rule: Rule) -> Self {
        self.metadata
            .narrow
            .entry(capability.into())
            .or_default()
            .push(rule);
        self
    }

    /// Adds a label.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.metadata.tags.push(tag.into());
        self
    }

    /// Sets the revision, which grows with each release.
    pub const fn revision(mut self, revision: i32) -> Self {
        self.metadata.rev = Some(revision);
        self
    }

    /// Sets the version for display, such as `1.2.0`.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.metadata.ver = Some(version.into());
        self
    }

    /// Sets the alias by which the actor can be called. The alias is converted to the form of the
    /// original tools: lower-case ASCII, with `_` in place of space, `-` and `.`.
    pub fn call_alias(mut self, alias: &str) -> Self {
        self.metadata.call_alias = Some(normalize_alias(alias));
        self
    }

    /// Sets whether the module is a capability provider.
    pub const fn provider(mut self, provider: bool) -> Self {
        self.metadata.prov = provider;
        self
    }
}

/// Signs a module: adds its hash to `claims`, and the token to the module, in place of its current
/// token or at its end. All other sections stay the same, byte for byte.
///
/// # Errors
/// [`SignError`] if the module cannot be read, or verifiers would not accept the claims.
pub fn sign_module(
    wasm: &[u8],
    mut claims: ActorClaimsBuilder,
    issuer: &KeyPair,
) -> Result<Vec<u8>, SignError> {
    let parts = Parts::of(wasm)?;
    claims.metadata.hash = Hash::of_parts(&parts);
    Ok(parts.with_token(&claims.sign(issuer)?)?)
}

/// Creates a provider archive of native libraries, each for a target such as `x86_64-linux`: adds
/// their hashes to `claims`, and puts the token first. Equal libraries and tokens give equal bytes.
///
/// # Errors
/// [`SignError`] if the libraries do not fit into one archive, or verifiers would not accept the
/// claims.
pub fn sign_archive<'a>(
    libraries: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    mut claims: ClaimsBuilder<ProviderMetadata>,
    issuer: &KeyPair,
) -> Result<Vec<u8>, SignError> {
    let archive = archive::Unsigned::new(libraries)?;
    claims.metadata.target_hashes = archive.hashes();
    Ok(archive.with_token(&claims.sign(issuer)?)?)
}

/// Signs claims that have a meaning without a module, such as those of operators and accounts.
///
/// # Errors
/// [`SignError`] if verifiers would not accept the claims.
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
